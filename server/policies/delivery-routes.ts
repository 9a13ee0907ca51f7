import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export function deliveryRoutes(_services: Services) {
  const of = routes.policies;
  return {
    lookUp: {
      find: of.lookUp.find.handler(notYet),
      bytes: of.lookUp.bytes.handler(notYet),
      error: of.lookUp.error.handler(notYet),
    },
    deliveries: {
      list: of.deliveries.list.handler(notYet),
      summary: of.deliveries.summary.handler(notYet),
    },
    explanations: { get: of.explanations.get.handler(notYet) },
  };
}
