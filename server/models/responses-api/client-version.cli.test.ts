import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { message } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
let client: ClientMachine;
const from = new Date('2026-12-01T00:00:00Z');
const sentence =
  'Codex 0.140.0 is older than 0.163.0, the oldest that Example Ltd accepts since 1 December 2026. Update Codex (npm install -g @openai/codex), then try again.';

beforeAll(async () => {
  server = await startGatewayServer({ script: () => message('all done') });
  client = await createClientMachine({
    version: '0.140.0',
    configToml: `model_provider = "reeve"
model = "corp-model"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.reeve]
name = "Reeve"
base_url = "${server.url}"
wire_api = "responses"
experimental_bearer_token = "${server.headers.authorization?.replace('Bearer ', '')}"
http_headers = { "x-reeve-policy" = "${server.headers['x-reeve-policy']}" }
request_max_retries = 0
stream_max_retries = 0
`,
  });
  await server.services.db
    .updateTable('workspaces')
    .set({ minimum_client_version: '0.163.0', minimum_client_from: from })
    .execute();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});

const say = () => client.run(['exec', '--skip-git-repo-check', 'go']);

it('an old stock client works until the day, and is told what to do from then on', async () => {
  server.services.setNow(new Date(from.getTime() - 60_000));
  const before = await say();
  expect({ exitCode: before.exitCode, stdout: before.stdout }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('all done'),
  });
  server.services.setNow(from);
  const after = await say();
  expect(after.exitCode).toBe(1);
  expect(after.stderr.split('\n').findLast((line) => line.startsWith('ERROR'))).toContain(`403 Forbidden: ${sentence}`);
  expect((await server.calls()).at(-1)).toMatchObject({
    outcome: 'refused',
    refusal_code: 'client-too-old',
    client_version: '0.140.0',
    message: sentence,
  });
});

it('its app server tells it too', async () => {
  const app = client.appServer();
  try {
    await app.initialize();
    const { thread } = (await app.request('thread/start', {})) as { thread: { id: string } };
    await app.request('turn/start', { threadId: thread.id, input: [{ type: 'text', text: 'go' }] });
    expect(JSON.stringify(await app.waitForNotice('error'))).toContain(sentence);
  } finally {
    await app.close();
  }
});
