import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const environmentRoutes = (_services: Services) => ({
  list: routes.environments.list.handler(notYet),
  get: routes.environments.get.handler(notYet),
  create: routes.environments.create.handler(notYet),
  update: routes.environments.update.handler(notYet),
  remove: routes.environments.remove.handler(notYet),
  setPinned: routes.environments.setPinned.handler(notYet),
  setSecret: routes.environments.setSecret.handler(notYet),
  removeSecret: routes.environments.removeSecret.handler(notYet),
  resetCache: routes.environments.resetCache.handler(notYet),
  try: routes.environments.try.handler(notYet),
  getTry: routes.environments.getTry.handler(notYet),
  neededDomains: routes.environments.neededDomains.handler(notYet),
});
