import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const runnerRoutes = (_services: Services) => ({
  list: routes.runners.list.handler(notYet),
  createToken: routes.runners.createToken.handler(notYet),
  revokeToken: routes.runners.revokeToken.handler(notYet),
  drain: routes.runners.drain.handler(notYet),
  setLabels: routes.runners.setLabels.handler(notYet),
  remove: routes.runners.remove.handler(notYet),
});
