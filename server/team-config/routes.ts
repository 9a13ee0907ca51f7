// Handlers are filled in slice by slice; each of these refuses until it is.
import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const of = routes.teamConfig;
const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const teamConfigRoutes = (_services: Services) => ({
  list: of.list.handler(notYet),
  get: of.get.handler(notYet),
  starters: of.starters.handler(notYet),
  create: of.create.handler(notYet),
  update: of.update.handler(notYet),
  delete: of.delete.handler(notYet),
  check: of.check.handler(notYet),
  saveDraft: of.saveDraft.handler(notYet),
  discardDraft: of.discardDraft.handler(notYet),
  publish: of.publish.handler(notYet),
  requestReview: of.requestReview.handler(notYet),
  decideReview: of.decideReview.handler(notYet),
  setReviewRule: of.setReviewRule.handler(notYet),
  versions: of.versions.handler(notYet),
  version: of.version.handler(notYet),
  restore: of.restore.handler(notYet),
  subscribe: of.subscribe.handler(notYet),
  unsubscribe: of.unsubscribe.handler(notYet),
  usages: of.usages.handler(notYet),
  report: of.report.handler(notYet),
  mine: of.mine.handler(notYet),
});
