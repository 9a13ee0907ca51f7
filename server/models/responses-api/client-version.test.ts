import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { message } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
const from = new Date('2026-12-01T00:00:00Z');
const dayMs = 86_400_000;

beforeAll(async () => {
  server = await startGatewayServer({ script: () => message('hello') });
});
afterAll(() => server.close());
const settings = (change: Record<string, string | Date | boolean | null>) =>
  server.services.db.updateTable('workspaces').set(change).execute();
beforeEach(() => settings({ minimum_client_version: '0.163.0', minimum_client_from: from }));
afterEach(async () => {
  server.services.setNow(null);
  await settings({ minimum_client_version: null, minimum_client_from: null, api_keys_allowed: false });
  await server.calls();
  await server.services.db.deleteFrom('model_calls').execute();
});

const call = (headers: Record<string, string | undefined>) =>
  fetch(`${server.url}/responses`, {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries({ ...server.headers, ...headers }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>,
    body: JSON.stringify({ model: 'corp-model', stream: true, input: [] }),
  });
const wordsOf = async (answer: Response) =>
  ((await answer.json()) as { error: { code: string; message: string } }).error;
const as = (client: string, version: string) => ({
  originator: client,
  version,
  'user-agent': `${client}/${version} (Debian 12.0.0; x86_64) xterm`,
});

test.each(['codex_exec', 'codex_cli_rs', 'codex-tui', 'codex_sdk_ts', 'codex_vscode'])(
  'goes on before the day and is refused from then on: %s',
  async (client) => {
    server.services.setNow(new Date(from.getTime() - 1));
    expect((await call(as(client, '0.140.0'))).status).toBe(200);
    server.services.setNow(from);
    const refused = await call(as(client, '0.140.0'));
    expect(refused.status).toBe(403);
    expect(await wordsOf(refused)).toMatchObject({
      code: 'client-too-old',
      message:
        'Codex 0.140.0 is older than 0.163.0, the oldest that Example Ltd accepts since 1 December 2026. Update Codex (npm install -g @openai/codex), then try again.',
    });
    expect((await call(as(client, '0.163.0'))).status).toBe(200);
    expect((await server.calls()).filter(({ outcome }) => outcome === 'refused')).toMatchObject([
      { refusal_code: 'client-too-old', client, client_version: '0.140.0', member_id: server.memberId },
    ]);
  },
);

test('a change of the minimum holds at the very next call', async () => {
  server.services.setNow(new Date(from.getTime() + dayMs));
  expect((await call(as('codex_exec', '0.163.0'))).status).toBe(200);
  await settings({ minimum_client_version: '0.169.0', minimum_client_from: null });
  const refused = await wordsOf(await call(as('codex_exec', '0.163.0')));
  expect(refused.message).toMatch(/^Codex 0\.163\.0 is older than 0\.169\.0, the oldest that Example Ltd accepts\. /);
  await settings({ minimum_client_version: null });
  expect((await call(as('codex_exec', '0.163.0'))).status).toBe(200);
});

test('who says no version counts as too old; a program of one’s own with an API key has none', async () => {
  server.services.setNow(from);
  const unnamed = { version: undefined, 'user-agent': 'codex_exec', originator: 'codex_exec' };
  const refused = await wordsOf(await call(unnamed));
  expect(refused.message).toContain('does not say which version of Codex it is');
  expect((await wordsOf(await call({ ...unnamed, version: 'nightly' }))).code).toBe('client-too-old');
  const [member] = server.clients.values();
  if (member) server.clients.set('key', { ...member, credential: 'api-key' });
  await settings({ api_keys_allowed: true });
  const withKey = { authorization: 'Bearer key', 'x-reeve-policy': undefined };
  expect(
    (await call({ ...withKey, originator: undefined, version: undefined, 'user-agent': 'python/3.12' })).status,
  ).toBe(200);
  expect((await call({ ...withKey, ...as('codex_exec', '0.140.0') })).status).toBe(403);
});
