import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const gitRoutes = (_services: Services) => ({
  connections: routes.git.connections.handler(notYet),
  startGithub: routes.git.startGithub.handler(notYet),
  finishGithub: routes.git.finishGithub.handler(notYet),
  connectGit: routes.git.connectGit.handler(notYet),
  remove: routes.git.remove.handler(notYet),
  sync: routes.git.sync.handler(notYet),
  repositories: routes.git.repositories.handler(notYet),
  branches: routes.git.branches.handler(notYet),
  allow: routes.git.allow.handler(notYet),
  tokenUses: routes.git.tokenUses.handler(notYet),
  deliveries: routes.git.deliveries.handler(notYet),
  accounts: routes.git.accounts.handler(notYet),
  startLink: routes.git.startLink.handler(notYet),
  finishLink: routes.git.finishLink.handler(notYet),
  unlink: routes.git.unlink.handler(notYet),
});
