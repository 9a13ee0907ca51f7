import type { Recipe } from '#contract/connect.ts';
import { ciRecipes } from './ci-recipes.ts';
import { fleetRecipes } from './fleet-payloads.ts';
import type { JoinFacts } from './join-facts.ts';
import { personRecipes } from './person-recipes.ts';
import { proxyRecipe } from './proxy-recipe.ts';

/** Everything *Connect a client* shows, in the order of the page. */
export const connectRecipes = (facts: JoinFacts): Recipe[] => [
  ...personRecipes(facts),
  ...ciRecipes(facts),
  ...fleetRecipes(facts),
  proxyRecipe(facts),
];
