import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { systemActor } from '#server/audit/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { addPrice, correctPrice } from '#server/models/change-prices.ts';
import { repriceCalls } from '#server/models/index.ts';
import { deliverPolicy } from '#server/policies/policy-revision.ts';
import { fetchOfCodex, type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { seedKey } from '#testing/seed-key.ts';
import { message } from '#testing/servers/model-steps.ts';
import { seedMember } from '#testing/test-services.ts';
import { openVendorSchemas } from '#testing/vendor-schemas/validate.ts';
import { countUsage } from '../count-usage.ts';
import { dayOf } from '../local-days.ts';
import { readPeriod } from '../period.ts';
import { readSummary } from '../read-summary.ts';
import { analyticsApiDialect } from './dialect.ts';
import type { UsageRow } from './wire.ts';

let server: GatewayServer;
let secret: string;
beforeAll(async () => {
  server = await startGatewayServer();
  const { services, workspaceId } = server;
  ({ secret } = await seedKey(services, { workspaceId, scopes: ['codex.enterprise.analytics.read'] }));
});
afterAll(() => server.close());

async function call(threadId: string, turnId: string, headers: Record<string, string> = {}): Promise<void> {
  server.upstream.play(() => message('hello'));
  const metadata = JSON.stringify({ thread_id: threadId, turn_id: turnId });
  const answer = await fetch(`${server.url}/responses`, {
    method: 'POST',
    body: JSON.stringify({ model: 'corp-model', stream: true, input: [], store: false }),
    headers: { ...server.headers, 'x-codex-turn-metadata': metadata, ...headers },
  });
  await answer.text();
}

async function report(query = ''): Promise<UsageRow[]> {
  await server.gateway.recorder.flush();
  await countUsage(server.services).runToEnd();
  const app = createHttpApp({ log: server.services.log, trustedProxies: [] });
  const noClients = () => Promise.reject(new Error('asks for no client'));
  mountDialect(app, analyticsApiDialect(server.services), noClients, openKeyReader(server.services));
  const response = await app.request(`/v1/analytics/codex/workspaces/${server.workspaceId}/usage${query}`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  const page = (await response.json()) as { data: UsageRow[] };
  expect(openVendorSchemas('analytics')('UsagePage', page)).toBeNull();
  return page.data;
}

it('tells calls of the gateway with their credits, and what they cost after a correction', async () => {
  const { services, workspaceId, memberId } = server;
  const actor = systemActor('test', workspaceId);
  await addPrice(services, {
    workspaceId,
    actor,
    terms: { kind: 'rate', unit: 'credits', perUsd: 1_000 },
    validFrom: null,
  });
  await call('thread-1', 'turn-1');
  await call('thread-1', 'turn-2');
  await call('thread-2', 'turn-3');
  // As the scripted upstream counts: 120 in, 20 of them cached, and 30 out, each call.
  const tokens = {
    uncached_text_input_tokens: 300,
    cached_text_input_tokens: 60,
    text_output_tokens: 90,
    text_total_tokens: 450,
  };
  // 3 × (100 × $2 + 20 × $0.50 + 30 × $10) / 1,000,000, at 1,000 credits for a dollar.
  const credits = 1.53;
  const [row, ...others] = await report();
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    user_id: memberId,
    actor: { email: 'grace@example.com' },
    totals: { threads: 2, turns: 3, credits, ...tokens },
    clients: [{ threads: 2, turns: 3, ...tokens }],
    models: [{ model: 'corp-model', credits, ...tokens }],
  });
  expect(await report('?group=workspace')).toMatchObject([{ user_id: null, actor: null, totals: row?.totals }]);

  await correctPrice(services, {
    workspaceId,
    actor,
    terms: {
      kind: 'tokens',
      model: 'corp-model',
      unit: 'usd',
      inputPerMillion: 20_000,
      cachedInputPerMillion: null,
      outputPerMillion: 0,
    },
    validFrom: null,
    message: 'Dearer than thought.',
  });
  await repriceCalls(services);
  expect(await report()).toMatchObject([{ totals: { estimated_cost_usd: 7.2, credits: 7_200, threads: 2, turns: 3 } }]);
  expect(await report('?group=workspace')).toMatchObject([{ totals: { estimated_cost_usd: 7.2, credits: 7_200 } }]);
});

it('counts hosted tasks under the surface of Codex cloud, by their credential and not by what a client calls itself', async () => {
  const { services, workspaceId } = server;
  await services.db.updateTable('workspaces').set({ codex_cloud_enabled: true }).execute();
  const email = 'linus@example.com';
  const memberId = await seedMember(services.db, { workspaceId, email, name: 'Linus' });
  const member = {
    ...{ workspaceId, memberId, email, name: 'Linus', permissions: permissionsOf('codex-user') },
    ...{ scopes: ['policy.read', 'models.call'] as const, credentialId: 'tok_1' },
  };
  const hosted = { attemptId: 'att_1', taskId: 'task_1', environmentId: 'env_1' };
  server.clients.set('of the container', { ...member, credential: 'hosted-task', hosted });
  server.clients.set('of the laptop', { ...member, credential: 'codex-sign-in' });
  const by = async (token: string, originator: string) => {
    const { revisionHeader } = await deliverPolicy(services, member, fetchOfCodex);
    return { authorization: `Bearer ${token}`, originator, 'x-reeve-policy': revisionHeader };
  };
  await call('thread-9', 'turn-1', await by('of the container', 'codex_web'));
  await call('thread-9', 'turn-1', await by('of the container', 'codex_exec'));
  await call('thread-9', 'turn-2', await by('of the container', 'codex_web'));
  await call('thread-10', 'turn-3', await by('of the laptop', 'codex_exec'));
  await call('thread-11', 'turn-4', await by('of the laptop', 'codex_web'));
  const tokens = (calls: number) => ({
    uncached_text_input_tokens: calls * 100,
    cached_text_input_tokens: calls * 20,
    text_output_tokens: calls * 30,
    text_total_tokens: calls * 150,
  });
  const clients = [
    { client_id: 'CODEX_CLI', threads: 1, turns: 1, ...tokens(1) },
    { client_id: 'CODEX_UNKNOWN_DEFAULT', threads: 1, turns: 1, ...tokens(1) },
    { client_id: 'CODEX_WEB', threads: 1, turns: 2, ...tokens(3) },
  ];
  const row = (await report()).find(({ user_id }) => user_id === memberId);
  expect(row).toMatchObject({ totals: { threads: 3, turns: 4, ...tokens(5) } });
  expect(row?.clients.toSorted((one, other) => (one.client_id < other.client_id ? -1 : 1))).toMatchObject(clients);
  const [whole] = await report('?group=workspace');
  expect(whole?.clients).toContainEqual(expect.objectContaining(clients[2]));
  const period = readPeriod({}, { timeZone: 'UTC', today: dayOf(services.clock(), 'UTC') });
  const page = await readSummary(services.db, workspaceId, { period, filter: { surface: 'CODEX_WEB' } });
  const figures = { calls: 3, threads: 1, turns: 2, activeMembers: 1, totalTokens: 450, outputTokens: 90 };
  expect(page).toMatchObject({ totals: figures, bySurface: [{ key: 'CODEX_WEB', totals: figures }] });
});
