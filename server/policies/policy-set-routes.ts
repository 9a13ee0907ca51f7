import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export function policySetRoutes(_services: Services) {
  const of = routes.policies.set;
  return { read: of.read.handler(notYet), plan: of.plan.handler(notYet), apply: of.apply.handler(notYet) };
}
