import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const notYet = (): never => {
  throw new ReeveError('not-found');
};

export function authoringRoutes(_services: Services) {
  const of = routes.policies;
  return {
    list: of.list.handler(notYet),
    templates: of.templates.handler(notYet),
    validate: of.validate.handler(notYet),
    edit: of.edit.handler(notYet),
    readImport: of.readImport.handler(notYet),
    judge: of.judge.handler(notYet),
    runTests: of.runTests.handler(notYet),
    get: of.get.handler(notYet),
    create: of.create.handler(notYet),
    saveDraft: of.saveDraft.handler(notYet),
    discardDraft: of.discardDraft.handler(notYet),
    remove: of.remove.handler(notYet),
    publication: {
      preview: of.publication.preview.handler(notYet),
      publish: of.publication.publish.handler(notYet),
      requests: of.publication.requests.handler(notYet),
      approve: of.publication.approve.handler(notYet),
      decline: of.publication.decline.handler(notYet),
    },
    versions: {
      list: of.versions.list.handler(notYet),
      get: of.versions.get.handler(notYet),
      restore: of.versions.restore.handler(notYet),
    },
  };
}
