import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createGate } from '#testing/gate.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { brokenStream, httpError, message, rawStream, shellCommand } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
let client: ClientMachine;
const say = ['exec', '--skip-git-repo-check', '-s', 'workspace-write', 'go'];

/** The client reads the claims and never checks a signature. */
function unsignedToken(accountId: string): string {
  const claims = {
    email: 'grace@example.com',
    exp: Math.floor(Date.now() / 1000) + 3600,
    'https://api.openai.com/auth': {
      chatgpt_account_id: accountId,
      chatgpt_plan_type: 'plus',
      chatgpt_user_id: 'user_1',
    },
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.none`;
}

beforeAll(async () => {
  server = await startGatewayServer();
  client = await createClientMachine({
    // A plan without a cloud policy and a provider of its own: all there is between the client and the gateway is the dialect.
    configToml: `model_provider = "reeve"
chatgpt_base_url = "${new URL(server.url).origin}/backend-api/"
check_for_update_on_startup = false
[features]
apps = false
plugins = false
[analytics]
enabled = false
[model_providers.reeve]
name = "Reeve"
base_url = "${server.url}"
wire_api = "responses"
requires_openai_auth = true
http_headers = { "x-reeve-policy" = "${server.headers['x-reeve-policy']}" }
request_max_retries = 0
stream_max_retries = 0
`,
    authJson: {
      auth_mode: 'chatgpt',
      OPENAI_API_KEY: null,
      tokens: {
        id_token: unsignedToken(server.workspaceId),
        access_token: server.headers.authorization?.replace('Bearer ', ''),
        refresh_token: 'none',
        account_id: server.workspaceId,
      },
      last_refresh: new Date().toISOString(),
    },
  });
});
afterAll(async () => {
  await client.close();
  await server.close();
});
beforeEach(async () => {
  await server.calls();
  await server.services.db.deleteFrom('model_calls').execute();
});

describe('the stock client', () => {
  it('works through the gateway without a complaint, with the default model of the list', async () => {
    server.upstream.play(eachTurn(shellCommand('echo hi > made.txt'), message('all done')));
    const { exitCode, stdout, stderr } = await client.run(say);
    expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringContaining('all done') });
    expect(stderr).not.toMatch(/metadata|error/i);
    expect(exitCode).toBe(0);
    expect(await client.files.work.read('made.txt')).toBe('hi\n');
    expect(server.upstream.requests.at(-1)?.body).toMatchObject({ reasoning: { effort: 'medium' }, store: false });
    const calls = await server.calls();
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({
      outcome: 'completed',
      model: 'corp-model',
      client: 'codex_exec',
      client_version: client.version,
      sandbox_mode: 'workspace-write',
      input_tokens: 120,
    });
    expect(calls[0]?.thread_id).toBe(calls[1]?.thread_id);
    expect(calls[0]?.turn_id).toBe(calls[1]?.turn_id);
  });

  const shown = async () => {
    const { stderr, exitCode } = await client.run(say);
    return { exitCode, line: stderr.split('\n').findLast((text) => text.startsWith('ERROR')) };
  };

  it('shows the vendor’s sentence when Codex Local is off', async () => {
    await server.services.db.updateTable('workspaces').set({ codex_local_enabled: false }).execute();
    expect(await shown()).toMatchObject({
      exitCode: 1,
      line: expect.stringContaining(`403 Forbidden: ${localOffMessage}`),
    });
    await server.services.db.updateTable('workspaces').set({ codex_local_enabled: true }).execute();
  });

  /** A run that has shown the first part of an answer whose rest never comes. */
  const runInMidStream = async () => {
    const never = createGate();
    const content = [{ type: 'output_text', text: 'on my way' }];
    const item = { type: 'message', role: 'assistant', status: 'completed', content };
    server.upstream.play(() =>
      rawStream([{ send: { type: 'response.output_item.done', output_index: 0, item } }, { wait: never }]),
    );
    const program = client.spawn(say);
    program.endInput();
    await program.waitForOutput(/on my way/);
    return { program, release: never.release };
  };

  it('shows it in mid-stream', async () => {
    const { program, release } = await runInMidStream();
    const { workspaceId, services } = server;
    services.signals.emit('access-changed', { workspaceId, memberId: null, because: 'local-off' });
    const { exitCode, stderr } = await program.exit;
    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toContain(`ERROR: ${localOffMessage}`);
    release();
  });

  it.each([
    ['a broken stream', brokenStream('half'), 'The model upstream broke off its answer. Try again.'],
    [
      'a refused key',
      httpError(401, { error: { message: 'bad key' } }),
      "The model upstream refused Reeve's key (401).",
    ],
    ['a bad request', httpError(400, { error: { message: 'no such tool' } }), 'ERROR: no such tool'],
    ['a limit', httpError(429, { error: { message: 'slow down' } }), '429'],
    ['a fault', httpError(500, 'oops'), 'The model upstream failed (500). Try again.'],
  ])('shows what is wrong with %s', async (_what, step, words) => {
    server.upstream.play(() => step);
    expect(await shown()).toMatchObject({ exitCode: 1, line: expect.stringContaining(words) });
    expect((await server.calls()).map(({ outcome }) => outcome)).toEqual(['failed']);
  });

  it('names the model that is not allowed', async () => {
    const { stderr } = await client.run([...say, '-m', 'gpt-x']);
    expect(stderr).toContain('The model gpt-x is not allowed in this workspace.');
  });

  it('killed in mid-stream cancels the upstream', async () => {
    const count = server.upstream.requests.length;
    const { program, release } = await runInMidStream();
    program.kill('SIGKILL');
    expect(await (await server.upstream.waitForRequests(count + 1)).ended).toBe('client-left');
    release();
    await expect.poll(async () => (await server.calls()).map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });
});
