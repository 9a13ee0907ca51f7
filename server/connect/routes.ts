import { signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import type { Authorities } from './authorities.ts';
import { connectRecipes } from './connect-recipes.ts';
import { chatgptBaseUrl } from './join-facts.ts';
import { fingerprintOf } from './join-script.ts';

export const connectRoutes = (
  { origin }: Pick<Services, 'origin'>,
  { authorityPem, proxyAuthorityPem = null }: Authorities,
) => ({
  recipes: routes.connect.recipes.handler(({ context }) => ({
    baseUrl: chatgptBaseUrl(origin),
    caFingerprint: authorityPem === null ? null : fingerprintOf(authorityPem),
    items: connectRecipes({ origin, workspaceId: signedIn(context).workspaceId, authorityPem, proxyAuthorityPem }),
  })),
});
