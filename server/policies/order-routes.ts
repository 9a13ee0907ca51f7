import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export function orderRoutes(_services: Services) {
  const of = routes.policies;
  return {
    assignments: of.assignments.handler(notYet),
    previewAssignments: of.previewAssignments.handler(notYet),
    assign: of.assign.handler(notYet),
    releases: {
      list: of.releases.list.handler(notYet),
      preview: of.releases.preview.handler(notYet),
      restore: of.releases.restore.handler(notYet),
    },
    protection: {
      get: of.protection.get.handler(notYet),
      freeze: of.protection.freeze.handler(notYet),
      unfreeze: of.protection.unfreeze.handler(notYet),
      update: of.protection.update.handler(notYet),
    },
  };
}
