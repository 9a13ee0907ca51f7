import { ReeveError } from '#server/fail.ts';
import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { approveRequest, declineRequest } from './decide-request.ts';
import { createPolicy, discardDraft, restoreVersion, saveDraft } from './edit-draft.ts';
import { judgeContents } from './judge-contents.ts';
import { policyPresets } from './policy-presets.ts';
import { previewPublication } from './preview-publication.ts';
import { publishDraft } from './publish-policy.ts';
import { readDocument } from './read-document.ts';
import { readImportedDocument } from './read-imported-document.ts';
import { readPolicyDetail, readPolicySummaries, readRequests, type Viewer } from './read-policies.ts';
import { readTestedOrder } from './read-tested-order.ts';
import { readVersion, readVersions } from './read-versions.ts';
import { removePolicy } from './remove-policy.ts';
import { runPolicyTests } from './run-policy-tests.ts';
import { editToml } from './toml-edits/edit-toml.ts';

const viewerOf = (context: RequestContext): Viewer => {
  const { workspaceId, permissions } = callerOf(context);
  return { workspaceId, actor: actorOf(context), mayWrite: permissions.has('policies.write') };
};

export function authoringRoutes(services: Services) {
  const { db } = services;
  const of = routes.policies;
  const detail = (context: RequestContext, id: string) => readPolicyDetail(db, viewerOf(context), id);
  return {
    list: of.list.handler(async ({ context }) => ({
      items: await readPolicySummaries(db, callerOf(context).workspaceId),
    })),
    templates: of.templates.handler(() => ({ items: [...policyPresets] })),
    validate: of.validate.handler(({ input }) => readDocument(input)),
    edit: of.edit.handler(({ input }) => ({ contents: editToml(input.contents, input.edits) })),
    readImport: of.readImport.handler(({ input }) => {
      const { imported, refusal } = readImportedDocument(input.text, input.fileName);
      if (refusal !== null) throw new ReeveError('bad-input', { issue: refusal });
      return imported;
    }),
    judge: of.judge.handler(({ input }) => judgeContents(input.contents, input.command)),
    runTests: of.runTests.handler(async ({ input, context }) => {
      const order = await readTestedOrder(db, callerOf(context).workspaceId, input.tests);
      return { results: await runPolicyTests(input, order) };
    }),
    get: of.get.handler(({ input, context }) => detail(context, input.id)),
    create: of.create.handler(async ({ input, context }) =>
      detail(context, await createPolicy(services, viewerOf(context), input)),
    ),
    saveDraft: of.saveDraft.handler(async ({ input, context }) => {
      await saveDraft(services, viewerOf(context), input);
      return detail(context, input.id);
    }),
    discardDraft: of.discardDraft.handler(async ({ input, context }) => {
      await discardDraft(services, viewerOf(context), input.id);
      return {};
    }),
    remove: of.remove.handler(async ({ input, context }) => {
      await removePolicy(services, viewerOf(context), input.id);
      return {};
    }),
    publication: {
      preview: of.publication.preview.handler(({ input, context }) =>
        previewPublication(db, viewerOf(context), input.id),
      ),
      publish: of.publication.publish.handler(async ({ input, context }) => {
        const outcome = await publishDraft(services, viewerOf(context), input);
        return { outcome, policy: await detail(context, input.id) };
      }),
      requests: of.publication.requests.handler(async ({ context }) => ({
        items: await readRequests(db, viewerOf(context)),
      })),
      approve: of.publication.approve.handler(async ({ input, context }) =>
        detail(context, await approveRequest(services, viewerOf(context), input.requestId)),
      ),
      decline: of.publication.decline.handler(async ({ input, context }) => {
        await declineRequest(services, viewerOf(context), input);
        return {};
      }),
    },
    versions: {
      list: of.versions.list.handler(({ input, context }) => readVersions(db, callerOf(context).workspaceId, input)),
      get: of.versions.get.handler(({ input, context }) => readVersion(db, callerOf(context).workspaceId, input)),
      restore: of.versions.restore.handler(async ({ input, context }) => {
        await restoreVersion(services, viewerOf(context), input);
        return detail(context, input.id);
      }),
    },
  };
}
