import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import { deliverPolicy } from '#server/policies/policy-revision.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { message } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
beforeAll(async () => {
  server = await startGatewayServer({
    script: () => message('hello'),
    environment: { REEVE_GATEWAY_MAX_BODY_BYTES: '65536' },
  });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.calls();
  await server.services.db.deleteFrom('model_calls').execute();
});
const settings = (change: Record<string, boolean | number>) =>
  server.services.db.updateTable('workspaces').set(change).execute();
afterEach(() =>
  settings({
    codex_local_enabled: true,
    api_keys_allowed: false,
    old_clients_allowed: false,
    policy_grace_minutes: 90,
  }),
);

const body = JSON.stringify({ model: 'corp-model', stream: true, input: [] });
const call = (headers: Record<string, string | undefined> = {}, sent: string | Uint8Array<ArrayBuffer> = body) => {
  const all = Object.entries({ ...server.headers, ...headers }).filter(([, value]) => value !== undefined);
  return fetch(`${server.url}/responses`, {
    method: 'POST',
    headers: Object.fromEntries(all) as Record<string, string>,
    body: sent,
  });
};
const codeOf = async (answer: Response) => ((await answer.json()) as { error: { code: string } }).error.code;
const asCredential = (credential: 'api-key' | 'personal-access-token' | 'hosted-task') => {
  const [member] = server.clients.values();
  if (member) server.clients.set(credential, { ...member, credential });
  return { authorization: `Bearer ${credential}` };
};

describe('who may call', () => {
  it('refuses a call without a credential and never lets it near the upstream', async () => {
    const count = server.upstream.requests.length;
    const answer = await call({ authorization: undefined });
    expect(answer.status).toBe(401);
    expect(await codeOf(answer)).toBe('token-invalid');
    expect(server.upstream.requests).toHaveLength(count);
    expect(await server.calls()).toMatchObject([
      { outcome: 'refused', refusal_code: 'token-invalid', member_id: null },
    ]);
  });

  it('says exactly the vendor’s sentence when Codex Local is off', async () => {
    await settings({ codex_local_enabled: false });
    const answer = await call();
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toBe(localOffMessage);
    expect(await server.calls()).toMatchObject([
      { outcome: 'refused', refusal_code: 'local-off', member_id: server.memberId, message: localOffMessage },
    ]);
  });

  it('says it to a member whose role does not include Codex Local', async () => {
    const [member] = server.clients.values();
    if (member) server.clients.set('no-role', { ...member, permissions: new Set() });
    const answer = await call({ authorization: 'Bearer no-role' });
    expect([answer.status, await answer.text()]).toEqual([403, localOffMessage]);
  });

  it('asks a hosted task for Codex cloud in place of Codex Local', async () => {
    const hosted = asCredential('hosted-task');
    await settings({ codex_local_enabled: false, codex_cloud_enabled: true });
    const answer = await call(hosted);
    expect(answer.status).toBe(200);
    await answer.text();
    expect(await server.calls()).toMatchObject([{ outcome: 'completed', credential: 'hosted-task' }]);
    const [event] = await server.services.db
      .selectFrom('activity_events')
      .select('surface')
      .where('kind', '=', 'model.call')
      .orderBy('id', 'desc')
      .limit(1)
      .execute();
    expect(event).toEqual({ surface: 'CODEX_WEB' });
    await settings({ codex_local_enabled: true, codex_cloud_enabled: false });
    expect(await codeOf(await call(hosted))).toBe('cloud-off');
    expect((await call()).status).toBe(200);
    await settings({ codex_cloud_enabled: true });
    const [member] = server.clients.values();
    if (member)
      server.clients.set('local-only', {
        ...member,
        permissions: new Set(['codex-local.use']),
        credential: 'hosted-task',
      });
    const refused = await call({ authorization: 'Bearer local-only' });
    expect([refused.status, await refused.text()]).toEqual([403, localOffMessage]);
    await settings({ codex_cloud_enabled: false });
  });

  it('lets API keys in only where the workspace allows them', async () => {
    const key = { ...asCredential('api-key'), 'x-reeve-policy': undefined };
    expect(await codeOf(await call(key))).toBe('client-not-allowed');
    await settings({ api_keys_allowed: true });
    expect((await call(key)).status).toBe(200);
  });

  it('asks personal access tokens for the policy like every sign-in', async () => {
    const answer = await call({ ...asCredential('personal-access-token'), 'x-reeve-policy': undefined });
    expect(await codeOf(answer)).toBe('policy-revision-missing');
  });

  it('lets clients too old for the policy in only where the workspace allows them', async () => {
    const old = { 'x-reeve-policy': undefined, version: '0.120.0' };
    const answer = await call(old);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Update Codex');
    await settings({ old_clients_allowed: true });
    expect((await call(old)).status).toBe(200);
    expect((await call({ 'x-reeve-policy': undefined })).status).toBe(403);
  });
});

describe('the policy revision', () => {
  it('is refused when missing, forged or another member’s', async () => {
    const { services, workspaceId } = server;
    const { revisionHeader } = await deliverPolicy(
      services,
      { workspaceId, memberId: 'mem_other' },
      { client: 'codex_exec', clientVersion: '0.169.0', form: 'bundle' },
    ).catch(() => ({ revisionHeader: 'none' }));
    for (const header of [undefined, 'rev-1', `${server.headers['x-reeve-policy']}x`, revisionHeader])
      expect(await codeOf(await call({ 'x-reeve-policy': header }))).toBe('policy-revision-missing');
  });

  it('is refused when it is older than the grace', async () => {
    const { services, workspaceId } = server;
    const at = new Date();
    await services.db
      .insertInto('policies')
      .values({
        id: 'pol_1',
        workspace_id: workspaceId,
        name: 'New',
        contents: '',
        revision: 1,
        created_at: at,
        updated_at: at,
        updated_by: null,
      })
      .execute();
    await services.db.updateTable('workspaces').set({ fallback_policy_id: 'pol_1' }).execute();
    expect((await call()).status).toBe(200);
    await settings({ policy_grace_minutes: 0 });
    expect(await codeOf(await call())).toBe('policy-revision-stale');
    await services.db.updateTable('workspaces').set({ fallback_policy_id: null }).execute();
    await services.db.deleteFrom('policy_deliveries').execute();
  });
});

describe('what may be called', () => {
  it.each([
    ['a model that is not allowed', JSON.stringify({ model: 'gpt-x' }), 403, 'gpt-x'],
    ['a model named with U+0000', JSON.stringify({ model: 'a\u0000b' }), 403, 'not allowed'],
    ['two models', '{"model":"corp-model","mod\\u0065l":"corp-model"}', 400, 'more than once'],
    ['no model', '{"stream":true}', 400, 'model'],
    ['a list', '[]', 400, 'not a model call'],
    ['broken JSON', '{"model":\n  oops}', 400, 'line 2, column 3'],
    ['nothing', '', 400, 'line 1, column 1'],
    ['too much', `{"model":"${'x'.repeat(70_000)}"}`, 413, '65536 bytes'],
  ])('refuses %s', async (_what, sent, status, words) => {
    const answer = await call({}, sent);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(words);
  });

  it('refuses what inflates beyond the limit, another type and an unknown encoding', async () => {
    const { zstdCompressSync } = await import('node:zlib');
    const bomb = zstdCompressSync(Buffer.alloc(20_000_000, 0x20));
    expect(bomb.length).toBeLessThan(65_536);
    expect((await call({ 'content-encoding': 'zstd' }, new Uint8Array(bomb))).status).toBe(413);
    expect((await call({ 'content-encoding': 'zstd' }, 'not zstd')).status).toBe(400);
    expect((await call({ 'content-encoding': 'rot13' })).status).toBe(400);
    expect((await call({ 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('does not repeat what was sent', async () => {
    const answer = await call({}, '{"secret prompt": hush}');
    expect(await answer.text()).not.toContain('hush');
    expect((await server.calls())[0]?.message).not.toContain('hush');
  });

  it('says who sets the upstream when there is none', async () => {
    const { db } = server.services;
    const rows = await db.deleteFrom('model_upstreams').returningAll().execute();
    const answer = await call();
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'upstream-not-set']);
    await db.insertInto('model_upstreams').values(rows).execute();
  });
});

it('merges refusals that one client repeats into one row', async () => {
  await settings({ codex_local_enabled: false });
  for (let time = 0; time < 6; time += 1) await call({ version: '0.169.1' });
  const calls = await server.calls();
  expect(calls).toHaveLength(1);
  expect(calls[0]?.message).toContain('(6 times)');
});

it('answers 500 bad inputs with 4xx and logs nothing of them', async () => {
  const text = fc.oneof(fc.string(), fc.json(), fc.constant(body), fc.string({ unit: 'binary' }));
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abcXYZ019 .,:;/{}[]"\\%=-_') }).map((header) => header.trim()),
    fc.base64String(),
  );
  const input = fc.record({
    sent: fc.oneof(text, fc.uint8Array({ maxLength: 300 })),
    headers: fc.dictionary(
      fc.constantFrom(
        'content-type',
        'content-encoding',
        'x-codex-turn-metadata',
        'version',
        'user-agent',
        'x-reeve-policy',
        'authorization',
      ),
      value,
      { minKeys: 1 },
    ),
  });
  const samples = fc.sample(input, { numRuns: 500, seed: 20_261_122 });
  const statuses = new Map<number, number>();
  for (const { sent, headers } of samples) {
    const answer = await call(headers, sent as string | Uint8Array<ArrayBuffer>);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    expect(await answer.text()).not.toBe('');
  }
  // Some of the samples change nothing that matters: those are answered as the good calls they are.
  expect([...statuses.keys()].filter((status) => status !== 200 && (status < 400 || status > 499))).toEqual([]);
  expect((statuses.get(200) ?? 0) / samples.length).toBeLessThan(0.2);
  expect(server.services.errorLines).toEqual([]);
  await server.calls();
});
