import { actorOf, callerOf, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { removeUnknownRepositories } from './git/remove-repositories.ts';
import { createBundle, deleteBundle, updateBundle } from './library/change-bundle.ts';
import { checkFiles } from './library/check-files.ts';
import { discardDraft, restoreVersion, saveDraft } from './library/edit-draft.ts';
import { publishBundle } from './library/publish-bundle.ts';
import { readVersion } from './library/queries.ts';
import { reportUsage, showUsages } from './library/report-usage.ts';
import { decideReview, requestReview, setReviewRule } from './library/review-bundle.ts';
import { showBundle, showBundleDetail, showBundles, showVersion, showVersions } from './library/show-bundle.ts';
import { readSubscriptions, showMine, subscribeGroup, unsubscribeGroup } from './library/subscribe-groups.ts';
import { versionOf } from './library/version-of.ts';
import { openPullRequest } from './pull-requests/open-pull-request.ts';
import { previewPullRequest, showBranches, showPullRequests } from './pull-requests/show-pull-requests.ts';
import { readStarters } from './starters/read-starters.ts';

const of = routes.teamConfig;

const bundleRoutes = (services: Services) => {
  const { db, origin } = services;
  return {
    list: of.list.handler(({ context }) => showBundles(db, callerOf(context).workspaceId)),
    get: of.get.handler(({ input, context }) =>
      showBundleDetail(db, callerOf(context).workspaceId, { id: input.id, origin }),
    ),
    starters: of.starters.handler(() => ({ items: [...readStarters()] })),
    create: of.create.handler(async ({ input, context }) => {
      const by = callerOf(context);
      return { bundle: await showBundle(db, by.workspaceId, await createBundle(services, by, input)) };
    }),
    update: of.update.handler(async ({ input, context }) => {
      const by = callerOf(context);
      await updateBundle(services, by, input);
      return { bundle: await showBundle(db, by.workspaceId, input.id) };
    }),
    delete: of.delete.handler(async ({ input, context }) => {
      await deleteBundle(services, callerOf(context), input.id);
      // It is deleted whatever becomes of these: what is left behind is removed with the next one.
      await removeUnknownRepositories(services).catch((error: unknown) =>
        services.log.warn({ err: error }, 'repositories of a deleted bundle could not be removed'),
      );
      return {};
    }),
    check: of.check.handler(({ input, context }) => checkFiles(db, callerOf(context).workspaceId, input)),
  };
};

const draftRoutes = (services: Services) => {
  const { db } = services;
  return {
    saveDraft: of.saveDraft.handler(async ({ input, context }) => {
      const by = callerOf(context);
      const check = await saveDraft(services, by, input);
      return { bundle: await showBundle(db, by.workspaceId, input.id), check };
    }),
    discardDraft: of.discardDraft.handler(async ({ input, context }) => {
      const by = callerOf(context);
      await discardDraft(services, by, input);
      return { bundle: await showBundle(db, by.workspaceId, input.id) };
    }),
    restore: of.restore.handler(async ({ input, context }) => {
      const by = callerOf(context);
      await restoreVersion(services, by, input);
      return { bundle: await showBundle(db, by.workspaceId, input.id) };
    }),
  };
};

const publicationRoutes = (services: Services) => {
  const { db } = services;
  return {
    publish: of.publish.handler(async ({ input, context }) => {
      const by = callerOf(context);
      const number = await publishBundle(services, by, input);
      const version = await readVersion(db, by.workspaceId, input.id, number);
      if (!version) throw new Error('a version that was just published is not there');
      return { bundle: await showBundle(db, by.workspaceId, input.id), version: versionOf(version) };
    }),
    requestReview: of.requestReview.handler(async ({ input, context }) => {
      const by = callerOf(context);
      await requestReview(services, by, input);
      return { bundle: await showBundle(db, by.workspaceId, input.id) };
    }),
    decideReview: of.decideReview.handler(async ({ input, context }) => {
      const by = callerOf(context);
      return { bundle: await showBundle(db, by.workspaceId, await decideReview(services, by, input)) };
    }),
    setReviewRule: of.setReviewRule.handler(async ({ input, context }) => {
      await setReviewRule(services, callerOf(context), input.secondApprover);
      return input;
    }),
    versions: of.versions.handler(({ input, context }) => showVersions(db, callerOf(context).workspaceId, input)),
    version: of.version.handler(({ input, context }) => showVersion(db, callerOf(context).workspaceId, input)),
  };
};

const useRoutes = (services: Services) => {
  const { db, origin } = services;
  return {
    subscribe: of.subscribe.handler(async ({ input, context }) => {
      const by = callerOf(context);
      await subscribeGroup(services, by, input);
      return { subscriptions: await readSubscriptions(db, by.workspaceId, input.id) };
    }),
    unsubscribe: of.unsubscribe.handler(async ({ input, context }) => {
      const by = callerOf(context);
      await unsubscribeGroup(services, by, input);
      return { subscriptions: await readSubscriptions(db, by.workspaceId, input.id) };
    }),
    usages: of.usages.handler(({ input, context }) => showUsages(db, callerOf(context).workspaceId, input)),
    report: of.report.handler(async ({ input, context }) => ({
      items: await reportUsage(services, callerOf(context), input),
    })),
    mine: of.mine.handler(async ({ context }) => {
      const { workspaceId, memberId } = signedIn(context);
      return { items: await showMine(db, workspaceId, memberId), tarUrl: `${origin}/team-config/mine.tar` };
    }),
  };
};

const pullRequestRoutes = (services: Services) => ({
  pullRequests: of.pullRequests.handler(({ input, context }) =>
    showPullRequests(services, callerOf(context).workspaceId, input.id),
  ),
  pullRequestBranches: of.pullRequestBranches.handler(({ input, context }) =>
    showBranches(services, signedIn(context), input),
  ),
  previewPullRequest: of.previewPullRequest.handler(({ input, context }) =>
    previewPullRequest(services, signedIn(context), input),
  ),
  openPullRequest: of.openPullRequest.handler(({ input, context }) => {
    const { workspaceId, memberId, name } = signedIn(context);
    return openPullRequest(services, { workspaceId, memberId, name, actor: actorOf(context) }, input);
  }),
});

/** The library in Reeve's own API. */
export const teamConfigRoutes = (services: Services) => ({
  ...bundleRoutes(services),
  ...draftRoutes(services),
  ...publicationRoutes(services),
  ...useRoutes(services),
  ...pullRequestRoutes(services),
});
