import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const taskRoutes = (_services: Services) => ({
  list: routes.tasks.list.handler(notYet),
  get: routes.tasks.get.handler(notYet),
  create: routes.tasks.create.handler(notYet),
  followUp: routes.tasks.followUp.handler(notYet),
  cancel: routes.tasks.cancel.handler(notYet),
  retry: routes.tasks.retry.handler(notYet),
  archive: routes.tasks.archive.handler(notYet),
  markRead: routes.tasks.markRead.handler(notYet),
  attemptLog: routes.tasks.attemptLog.handler(notYet),
  watch: routes.tasks.watch.handler(notYet),
  diff: routes.tasks.diff.handler(notYet),
  egress: routes.tasks.egress.handler(notYet),
  comment: routes.tasks.comment.handler(notYet),
  removeComment: routes.tasks.removeComment.handler(notYet),
  publish: routes.tasks.publish.handler(notYet),
});
