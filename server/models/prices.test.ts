import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Price, PriceTerms } from '#contract/model-prices.ts';
import { recordActivity, sameAs } from '#server/activity/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { modelPricesRoutes, modelsRoutes, repriceCalls } from '#server/models/index.ts';
import { seedModel } from '#testing/gateway-server.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { newCallRow } from './call-row.ts';
import { type CallRow, readAllowedModel, saveCalls } from './gateway-queries.ts';
import { pricesAt } from './prices-in-force.ts';

let services: TestServices;
let workspaceId: string;
let ownerId: string;
let app: ReturnType<typeof createHttpApp>;
const now = new Date('2026-06-15T12:00:00Z');

beforeAll(async () => {
  services = await openTestServices();
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { models: modelsRoutes(services), modelPrices: modelPricesRoutes(services) };
  const readMember = async () => signedInAs({ memberId: ownerId, workspaceId });
  mountOwnApi(app, { router, origin: services.origin, readMember });
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(now);
  await services.db.deleteFrom('workspaces').execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  await seedModel(services, { workspaceId, slug: 'one' });
});

async function ask<Body = Price>(method: string, path: string, input?: unknown) {
  const answer = await app.request(`/api/v1${path}`, {
    method,
    ...(input === undefined ? {} : { body: JSON.stringify(input), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, body: (await answer.json()) as Body & { message?: string; data?: unknown } };
}
const usd = (input: number | null, output = input, model = 'one'): PriceTerms => ({
  kind: 'tokens',
  model,
  unit: 'usd',
  inputPerMillion: input,
  cachedInputPerMillion: null,
  outputPerMillion: output,
});
const rate = (perUsd: number | null): PriceTerms => ({ kind: 'rate', unit: 'credits', perUsd });
const history = async (query = '') =>
  (await ask<{ items: Price[] }>('GET', `/model-prices${query}`)).body.items.map(({ terms, state, validFrom }) => [
    terms.kind === 'rate' ? terms.perUsd : terms.inputPerMillion,
    state,
    validFrom?.slice(0, 10) ?? null,
  ]);
const inForce = async (at: Date) =>
  pricesAt((await readAllowedModel(services.db, workspaceId, 'one'))?.prices ?? [], { model: 'one', at });
const events = () =>
  services.db
    .selectFrom('audit_events')
    .select(['event', 'payload'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('at')
    .orderBy('id')
    .execute();

describe('a price', () => {
  it('is added from now on, planned, and withdrawn while it is planned; the past stays', async () => {
    expect(await ask('POST', '/model-prices', { terms: usd(3) })).toMatchObject({
      status: 200,
      body: { state: 'in-force', validFrom: now.toISOString(), recordedBy: 'Ada Lovelace <ada@example.com>' },
    });
    const later = { terms: usd(4), validFrom: '2026-07-01T00:00:00Z' };
    const planned = (await ask('POST', '/model-prices', later)).body;
    await ask('POST', '/model-prices', { terms: rate(25) });
    expect(await history()).toEqual([
      [4, 'planned', '2026-07-01'],
      [25, 'in-force', '2026-06-15'],
      [3, 'in-force', '2026-06-15'],
      [2, 'past', null],
    ]);
    expect([
      (await inForce(new Date('2026-06-14'))).usd?.input,
      (await inForce(now)).usd?.input,
      (await inForce(new Date('2026-07-01'))).usd?.input,
      (await inForce(now)).creditsPerUsd,
    ]).toEqual([2, 3, 4, 25]);
    expect((await ask('DELETE', `/model-prices/${planned.id}`)).body).toMatchObject({ state: 'withdrawn' });
    expect((await ask('DELETE', `/model-prices/${planned.id}`)).status).toBe(404);
    expect((await inForce(new Date('2026-07-01'))).usd?.input).toBe(3);
    expect((await events()).map(({ event }) => event)).toEqual([
      'price.added',
      'price.added',
      'price.added',
      'price.withdrawn',
    ]);
  });

  it('that has begun cannot be withdrawn, only followed or corrected', async () => {
    const { body } = await ask('POST', '/model-prices', { terms: usd(3), validFrom: '2026-06-16T00:00:00Z' });
    services.setNow(new Date('2026-06-16T00:00:00Z'));
    expect(await ask('DELETE', `/model-prices/${body.id}`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('has begun') },
    });
    expect((await ask('DELETE', '/model-prices/price_none')).status).toBe(404);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['in the past', { terms: usd(1), validFrom: '2026-06-15T11:59:59Z' }, 400],
    ['before time', { terms: usd(1), validFrom: '1969-01-01T00:00:00Z' }, 400],
    ['of half a model call', { terms: usd(1, null) }, 400],
    ['of cached input alone', { terms: { ...usd(null), cachedInputPerMillion: 1 } }, 400],
    ['of a model that nobody allowed', { terms: usd(1, 1, 'nobody') }, 404],
    ['below nothing', { terms: usd(-1) }, 400],
    ['in another currency', { terms: { ...usd(1), unit: 'eur' } }, 400],
    ['with a rate in dollars', { terms: { kind: 'rate', unit: 'usd', perUsd: 1 } }, 400],
    ['with more than there is', { terms: { ...rate(1), model: 'one' } }, 400],
  ])('%s is refused', async (_what, input, status) => {
    expect((await ask('POST', '/model-prices', input)).status).toBe(status);
    expect(await history()).toEqual([[2, 'in-force', null]]);
    expect(await events()).toEqual([]);
  });

  it('is given when a model is allowed, and outlives it', async () => {
    const input = {
      slug: 'two',
      displayName: 'two',
      upstreamModel: null,
      contextWindowTokens: 200_000,
      reasoningEfforts: ['low'],
      isDefault: false,
    };
    const prices = { inputUsdPerMillion: 1, cachedInputUsdPerMillion: null, outputUsdPerMillion: 2 };
    expect((await ask('POST', '/models', { ...input, ...prices })).body).toMatchObject(prices);
    const changed = await ask('PUT', '/models/two', { ...input, ...prices, inputUsdPerMillion: 5 });
    expect(changed.status, 'a price is not changed in passing').toBe(400);
    expect((await ask('PUT', '/models/two', input)).body).toMatchObject(prices);
    await ask('DELETE', '/models/two');
    services.setNow(new Date('2026-06-16T00:00:00Z'));
    await ask('POST', '/models', { ...input, ...prices });
    expect(await history('?model=two')).toEqual([[1, 'in-force', null]]);
    await ask('DELETE', '/models/two');
    await ask('POST', '/models', { ...input, ...prices, inputUsdPerMillion: null, outputUsdPerMillion: null });
    expect(await history('?model=two')).toEqual([
      [null, 'in-force', '2026-06-16'],
      [1, 'past', null],
    ]);
  });

  it('of another workspace does not exist here', async () => {
    const { body } = await ask('POST', '/model-prices', { terms: usd(3), validFrom: '2026-07-01T00:00:00Z' });
    ({ workspaceId, ownerId } = await seedWorkspace(services.db, { name: 'Other Ltd' }));
    expect(await history()).toEqual([]);
    expect((await ask('DELETE', `/model-prices/${body.id}`)).status).toBe(404);
  });
});

describe('a correction', () => {
  const call = (id: string, startedAt: string, more: Partial<CallRow> = {}): CallRow => ({
    ...newCallRow({ at: new Date(startedAt), ip: null }),
    id,
    workspace_id: workspaceId,
    model: 'one',
    outcome: 'completed',
    input_tokens: 1_000_000,
    cached_input_tokens: 0,
    output_tokens: 0,
    cost_usd: 2,
    ...more,
  });
  const costs = async () =>
    Object.fromEntries(
      (await services.db.selectFrom('model_calls').select(['id', 'cost_usd', 'credits']).orderBy('id').execute()).map(
        ({ id, cost_usd, credits }) => [id, [cost_usd, credits]],
      ),
    );
  const settle = async () => {
    await repriceCalls(services);
    services.setNow(new Date(services.clock().getTime() + 180_000));
    return repriceCalls(services);
  };

  it('prices the calls of its span again, and no others, and says so in the audit log', async () => {
    await ask('POST', '/model-prices', { terms: usd(3) });
    await saveCalls(services.db, [
      call('a', '2026-05-31T23:59:59Z'),
      call('b', '2026-06-01T00:00:00Z'),
      call('c', '2026-06-10T00:00:00Z'),
      call('d', '2026-06-15T12:00:01Z', { cost_usd: 3 }),
      call('e', '2026-06-10T00:00:00Z', { model: 'two', cost_usd: null }),
      call('f', '2026-06-10T00:00:00Z', {
        outcome: 'refused',
        input_tokens: null,
        output_tokens: null,
        cost_usd: null,
      }),
    ]);
    const message = 'The contract says 5.';
    const asked = { terms: usd(5), validFrom: '2026-06-01T00:00:00Z', message };
    expect((await ask('POST', '/model-prices/corrections', asked)).body).toMatchObject({
      state: 'past',
      message,
      validUntil: now.toISOString(),
      correction: { callsDone: 0, finishedAt: null },
    });
    await settle();
    expect(await costs()).toEqual({
      a: [2, null],
      b: [5, null],
      c: [5, null],
      d: [3, null],
      e: [null, null],
      f: [null, null],
    });
    const [, corrected] = (await ask<{ items: Price[] }>('GET', '/model-prices')).body.items;
    expect(corrected?.correction).toEqual({ callsDone: 2, callsChanged: 2, finishedAt: expect.any(String) });
    expect((await events()).at(-1)).toMatchObject({
      event: 'price.corrected',
      payload: { message, before: { inputPerMillion: 2 }, after: { inputPerMillion: 5 } },
    });
  });

  it('of the beginning replaces what was there, and of the rate reaches every model', async () => {
    await saveCalls(services.db, [call('a', '2026-05-01T00:00:00Z'), call('b', '2026-05-02T00:00:00Z')]);
    await ask('POST', '/model-prices/corrections', { terms: usd(1), validFrom: null, message: 'Mistyped.' });
    await ask('POST', '/model-prices/corrections', {
      terms: rate(10),
      validFrom: '2026-05-02T00:00:00Z',
      message: 'Forgotten.',
    });
    await settle();
    expect(await costs()).toEqual({ a: [1, null], b: [1, 10] });
    expect(await history()).toEqual([
      [10, 'in-force', '2026-05-02'],
      [1, 'in-force', null],
      [2, 'replaced', null],
    ]);
  });

  it('waits for calls that run on under the former price', async () => {
    await saveCalls(services.db, [call('a', '2026-06-15T11:00:00Z', { outcome: 'running', cost_usd: null })]);
    await ask('POST', '/model-prices/corrections', { terms: usd(5), validFrom: null, message: 'Mistyped.' });
    await settle();
    expect((await services.db.selectFrom('price_corrections').selectAll().execute())[0]?.finished_at).toBeNull();
    await saveCalls(services.db, [call('a', '2026-06-15T11:00:00Z', { cost_usd: 2 })]);
    await settle();
    expect(await costs()).toEqual({ a: [5, null] });
    expect((await services.db.selectFrom('price_corrections').selectAll().execute())[0]).toMatchObject({
      calls_done: 1,
      finished_at: expect.any(Date),
    });
  });

  it('goes on where it was cut off, batch after batch', async () => {
    const rows = Array.from({ length: 1_203 }, (_, index) => call(`call_${index}`, '2026-06-01T00:00:00Z'));
    await saveCalls(services.db, rows);
    await ask('POST', '/model-prices/corrections', { terms: usd(5), validFrom: null, message: 'Mistyped.' });
    expect((await repriceCalls(services)).calls).toBe(1_203);
    const left = await services.db.selectFrom('model_calls').select('id').where('cost_usd', '<>', 5).execute();
    expect(left).toEqual([]);
    expect((await ask<{ items: Price[] }>('GET', '/model-prices')).body.items[0]?.correction).toMatchObject({
      callsDone: 1_203,
      callsChanged: 1_203,
    });
  });

  it('changes the activity, too, and notes the hours to count again', async () => {
    const row = call('call_1', '2026-06-01T10:20:00Z', { thread_id: 'thread', member_id: ownerId });
    await saveCalls(services.db, [row]);
    await services.db.transaction().execute((tx) =>
      recordActivity(
        tx,
        [
          {
            workspaceId,
            sameAs: sameAs.modelCall(row.id),
            kind: 'model.call',
            source: 'gateway',
            reportedAt: row.started_at,
            memberId: ownerId,
            memberLabel: 'ada@example.com',
            surface: 'CODEX_CLI',
            client: null,
            clientVersion: null,
            model: 'one',
            threadId: 'thread',
            turnId: null,
            callId: null,
            tool: null,
            decision: null,
            decidedBy: null,
            rule: null,
            outcome: 'completed',
            code: null,
            policyName: null,
            durationMs: 1,
            inputTokens: 1_000_000,
            cachedInputTokens: 0,
            outputTokens: 0,
            reasoningTokens: 0,
            costUsd: 2,
            credits: null,
            detail: {},
          },
        ],
        now,
      ),
    );
    await services.db.deleteFrom('activity_due').execute();
    await ask('POST', '/model-prices/corrections', { terms: usd(5), validFrom: null, message: 'Mistyped.' });
    await settle();
    expect(await services.db.selectFrom('activity_events').select(['cost_usd']).execute()).toEqual([{ cost_usd: 5 }]);
    expect(await services.db.selectFrom('activity_due').select(['hour', 'member_id']).execute()).toEqual([
      { hour: new Date('2026-06-01T10:00:00Z'), member_id: ownerId },
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['of the future', { terms: usd(1), validFrom: '2026-06-15T12:00:00Z', message: 'x' }],
    ['without a reason', { terms: usd(1), validFrom: null, message: ' ' }],
  ])('%s is refused', async (_what, input) => {
    expect((await ask('POST', '/model-prices/corrections', input)).status).toBe(400);
    expect(await history()).toEqual([[2, 'in-force', null]]);
  });
});
