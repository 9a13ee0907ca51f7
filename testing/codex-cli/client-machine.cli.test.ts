import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { eachTurn, prompts, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type ResponsesServerOptions, startResponsesServer } from '#testing/servers/responses.ts';
import { type ClientMachineOptions, createClientMachine } from './client-machine.ts';
import { createSdkClient } from './codex-sdk.ts';

const API_KEY = { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-scripted' };

async function openServer(options: ResponsesServerOptions = {}) {
  const server = await startResponsesServer({ apiKey: 'sk-scripted', ...options });
  onTestFinished(() => server.close());
  return server;
}

async function openMachine(options: ClientMachineOptions = {}) {
  const client = await createClientMachine(options);
  onTestFinished(() => client.close());
  return client;
}

const configFor = (baseUrl: string) => `model = "gpt-5.5"\nopenai_base_url = "${baseUrl}"\n`;

test('the read-only sandbox of the client works inside the machine', async () => {
  const server = await openServer({ script: eachTurn(shellCommand('echo pwned > made.txt'), message('Tried.')) });
  const client = await openMachine({ configToml: configFor(server.baseUrl), authJson: API_KEY });

  await client.run(['exec', '--skip-git-repo-check', '-s', 'read-only', 'write a file']);

  const last = await server.waitForRequests(2);
  expect(toolOutputs(last.body)[0]).toContain('Read-only file system');
  expect(client.files.work.exists('made.txt')).toBe(false);
});

test('a machine has its own /etc, which binds the client and leaves the host alone', async () => {
  const store = '/etc/ssl/certs/ca-certificates.crt';
  const hostStore = existsSync(store)
    ? { size: statSync(store).size, contents: readFileSync(store, 'utf8') }
    : undefined;
  const client = await openMachine({
    etcFiles: { 'codex/requirements.toml': 'allowed_login_methods = ["chatgpt"]\n' },
    trustedCaPem: '-----BEGIN CERTIFICATE-----\ntest authority\n-----END CERTIFICATE-----',
  });

  const refused = await client.run(['login', '--with-api-key'], { input: 'sk-forbidden\n' });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('API key login is disabled');

  const written = await client.shell(
    'echo "$1" > /etc/codex/motd && tail -n 2 /etc/ssl/certs/ca-certificates.crt && touch /usr/local/share/ca-certificates/mine.crt /tmp/reeve-test-of-a-private-tmp',
    { args: ['written inside'] },
  );
  expect(written).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('test authority') });
  const later = await client.shell(
    'cat /etc/codex/motd; ls /usr/local/share/ca-certificates/mine.crt; id -u; codex --version',
  );
  expect(later.stdout).toBe('written inside\n/usr/local/share/ca-certificates/mine.crt\n0\ncodex-cli 0.169.0\n');
  expect(await client.files.etc.read('codex/motd')).toBe('written inside\n');

  expect(existsSync('/etc/codex/motd')).toBe(false);
  expect(existsSync('/usr/local/share/ca-certificates/mine.crt')).toBe(false);
  expect(existsSync('/tmp/reeve-test-of-a-private-tmp')).toBe(false);
  if (hostStore !== undefined) {
    expect(statSync(store).size).toBe(hostStore.size);
    expect(readFileSync(store, 'utf8')).toBe(hostStore.contents);
  }
});

test('machines run at the same time without seeing each other', async () => {
  const server = await openServer({
    script: (request) => eachTurn(shellCommand(`echo ${prompts(request)[0]} > mine.txt`), message('ok'))(request, 0),
  });
  const names = ['ada', 'bob', 'cyn'];
  const made = await Promise.all(
    names.map(async (name) => {
      const client = await openMachine({ configToml: configFor(server.baseUrl), authJson: API_KEY });
      const { exitCode } = await client.run(['exec', '--skip-git-repo-check', '-s', 'workspace-write', name]);
      return { exitCode, mine: await client.files.work.readIfPresent('mine.txt') };
    }),
  );
  expect(made).toEqual(names.map((name) => ({ exitCode: 0, mine: `${name}\n` })));
});

test('a limit ends a hopeless run and says what was printed', async () => {
  const client = await openMachine();
  await expect(client.shell('echo started; sleep 1000', { timeoutMs: 10_000 })).rejects.toThrow(
    /10000 ms\n--- stdout\nstarted/,
  );
});

test('closing a machine ends what was left in the background and removes its files', async () => {
  const client = await createClientMachine();
  const { stdout } = await client.shell('setsid sleep 1000 >/dev/null 2>&1 & echo $!');
  const statusFile = `/proc/${stdout.trim()}/status`;
  const isAlive = () => existsSync(statusFile) && !/^State:\s+[ZX]/m.test(readFileSync(statusFile, 'utf8'));
  expect(isAlive()).toBe(true);
  await client.close();
  expect(isAlive()).toBe(false);
  expect(existsSync(client.files.home.path)).toBe(false);
});

test('the SDK runs the CLI of the machine', async () => {
  const server = await openServer({
    script: eachTurn(shellCommand('echo sdk > sdk.txt'), message('Made by the SDK.')),
  });
  const client = await openMachine({ configToml: 'model = "gpt-5.5"\n' });
  const codex = await createSdkClient(client, { baseUrl: server.baseUrl, apiKey: 'sk-scripted' });

  const turn = await codex
    .startThread({ workingDirectory: client.files.work.path, skipGitRepoCheck: true, sandboxMode: 'workspace-write' })
    .run('make sdk.txt');

  expect(turn.finalResponse).toBe('Made by the SDK.');
  expect(await client.files.work.read('sdk.txt')).toBe('sdk\n');
  expect(server.requests[0]?.headers['user-agent']).toMatch(/^codex_sdk_ts\/0\.169\.0/);
});
