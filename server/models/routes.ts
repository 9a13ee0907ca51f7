import { can } from '#contract/permissions.ts';
import { record } from '#server/audit/index.ts';
import { cutPage } from '#server/db/keyset.ts';
import { ReeveError } from '#server/fail.ts';
import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { listCalls, readCall } from './activity-queries.ts';
import { callOf, placeOf, positionOf } from './activity-rows.ts';
import { changeModel, createModel, modelOf, removeModel } from './allowed-models.ts';
import { contentOfCall } from './content-of-call.ts';
import { readPriceRules } from './price-queries.ts';
import { listModels, readUpstream } from './queries.ts';
import { openAgents } from './responses-api/call-upstream.ts';
import { testUpstream } from './test-upstream.ts';
import { checkApiKey, checkBaseUrl, isSamePlace, setUpstream, upstreamOf } from './upstream.ts';
import { upstreamKeyContext } from './upstream-key.ts';

const who = (context: RequestContext) => ({ workspaceId: callerOf(context).workspaceId, actor: actorOf(context) });

/** What to test: what is given, else what is stored. A stored key never goes to another server than its own. */
async function upstreamUnderTest(
  { db, secrets }: Pick<Services, 'db' | 'secrets'>,
  workspaceId: string,
  given: { baseUrl?: string | undefined; apiKey?: string | undefined; model?: string | undefined },
) {
  const stored = await readUpstream(db, workspaceId);
  const address = given.baseUrl ?? stored.upstream?.baseUrl;
  if (!address) throw new ReeveError('upstream-not-set');
  const baseUrl = checkBaseUrl(address);
  const apiKey =
    given.apiKey !== undefined
      ? checkApiKey(given.apiKey)
      : stored.key && isSamePlace(stored, baseUrl)
        ? await secrets.open(stored.key.sealed, upstreamKeyContext(workspaceId))
        : null;
  const models = await listModels(db, workspaceId);
  const model = given.model === undefined ? models[0] : models.find(({ slug }) => slug === given.model);
  return { baseUrl, apiKey, model: model?.upstream_model ?? model?.slug ?? given.model ?? null };
}

export const modelsRoutes = (services: Services) => ({
  upstream: routes.models.upstream.handler(async ({ context }) =>
    upstreamOf(await readUpstream(services.db, callerOf(context).workspaceId)),
  ),
  setUpstream: routes.models.setUpstream.handler(({ input, context }) =>
    setUpstream(services, { ...who(context), change: input }),
  ),
  testUpstream: routes.models.testUpstream.handler(async ({ input, context }) => {
    const { workspaceId, actor } = who(context);
    const tested = await upstreamUnderTest(services, workspaceId, input);
    const agents = openAgents();
    const steps = await testUpstream(tested, { agents }).finally(() => agents.destroy());
    const ok = steps.every((step) => step.ok);
    await services.db.transaction().execute((tx) =>
      record(tx, actor, 'models.upstream-tested', {
        at: services.clock(),
        subject: { kind: 'upstream', id: workspaceId, label: tested.baseUrl },
        ok,
        failedStep: steps.find((step) => !step.ok)?.name ?? null,
      }),
    );
    return { ok, steps };
  }),
  list: routes.models.list.handler(async ({ context }) => {
    const { workspaceId } = callerOf(context);
    const rules = await readPriceRules(services.db, workspaceId);
    const now = services.clock();
    return { items: (await listModels(services.db, workspaceId)).map((row) => modelOf(row, rules, now)) };
  }),
  create: routes.models.create.handler(({ input, context }) => createModel(services, { ...who(context), input })),
  update: routes.models.update.handler(({ input, context }) => changeModel(services, { ...who(context), input })),
  remove: routes.models.remove.handler(async ({ input, context }) => {
    await removeModel(services, { ...who(context), slug: input.slug });
    return {};
  }),
});

export const activityRoutes = (services: Pick<Services, 'db' | 'secrets'>) => ({
  list: routes.activity.list.handler(async ({ input: { cursor, limit, ...filter }, context }) => {
    const { workspaceId } = callerOf(context);
    const rows = await listCalls(services.db, workspaceId, { filter, after: placeOf(cursor), limit: limit + 1 });
    const { page, nextCursor } = cutPage(rows, limit, positionOf);
    return { items: page.map(callOf), nextCursor };
  }),
  get: routes.activity.get.handler(async ({ input, context }) => {
    const { workspaceId, permissions } = callerOf(context);
    const row = await readCall(services.db, workspaceId, input.id);
    if (!row) throw new ReeveError('not-found', { id: input.id });
    const content = await contentOfCall(services, row, { mayRead: can(permissions, 'compliance.read') });
    return { ...callOf(row), ...content };
  }),
});
