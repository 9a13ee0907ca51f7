import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { proxyEnvironment } from '#server/connect/proxy-environment.ts';
import { startVendorProxy } from '#server/connect/vendor-proxy.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import { runnerStandIn, seedEnvironment, seedRepository } from '#testing/open-tasks.ts';
import type { Person } from '#testing/organisation.ts';
import { admitVersion, setUp, version } from './client-versions.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let environmentId: string;
let proxyUrl: string;
let proxyPem: string;
let closeProxy: () => Promise<void>;

beforeAll(async () => {
  acceptance = await openAcceptance({ REEVE_VENDOR_NAMES: 'on', REEVE_EMBEDDED_RUNNER: 'off' });
  const { reeve, organisation } = acceptance;
  await admitVersion(organisation);
  const { workspaceId, owner } = organisation;
  const repositoryId = await seedRepository(reeve.services, { workspaceId, name: 'acme/app' });
  const creatorId = owner.memberId;
  environmentId = await seedEnvironment(reeve.services, { workspaceId, creatorId, repositoryIds: [repositoryId] });
  proxyPem = (await owner.browser.get(`${organisation.origin}/proxy-ca.pem`)).body;
  const proxy = await startVendorProxy({
    listen: { host: '127.0.0.1', port: 0 },
    reeveOrigin: organisation.origin,
    authorityPem: proxyPem,
    log: reeve.services.log,
  });
  proxyUrl = proxy.url;
  closeProxy = () => proxy.close();
});
afterAll(async () => {
  await closeProxy();
  await acceptance.close();
});

const diff = [
  'diff --git a/greet.txt b/greet.txt',
  '--- a/greet.txt',
  '+++ b/greet.txt',
  '@@ -1 +1,2 @@',
  ' hello',
  '+world',
  '',
].join('\n');

/** Somebody in a clone of the repository, whose client comes through `reeve proxy`. */
async function openCloudClient(name: string): Promise<{
  person: Person;
  client: ClientMachine;
  codex: (args: string[], env?: Record<string, string>) => ReturnType<ClientMachine['run']>;
}> {
  const { organisation } = acceptance;
  const person = await organisation.addMember({ name });
  const client = await openSignedInClient(organisation, person, {
    ...setUp(),
    git: true,
    workFiles: { 'greet.txt': 'hello\n' },
  });
  onTestFinished(() => client.close());
  const commit = await client.shell(
    'git -C "$1" remote add origin https://github.com/acme/app.git && git -C "$1" add -A && git -C "$1" -c user.name=a -c user.email=a@b.test commit -qm first',
    { args: [client.files.work.path] },
  );
  expect(commit).toMatchObject({ exitCode: 0 });
  await client.files.home.write('reeve-proxy-ca.pem', proxyPem);
  const authorityPath = client.files.home.file('reeve-proxy-ca.pem');
  const lines = proxyEnvironment({ proxyUrl, reeveOrigin: organisation.origin, authorityPath }).split('\n');
  const proxied = Object.fromEntries(
    lines.flatMap((line) => {
      const [, key, value] = /^(\w+)='(.*)'$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
  return { person, client, codex: (args, env = {}) => client.run(args, { env: { ...proxied, ...env } }) };
}

const taskIn = (text: string): string => /task_e_[0-9a-f]{32}/.exec(text)?.[0] ?? '';

test(`codex cloud of ${version}: off, given, seen, taken home`, async () => {
  const { organisation, reeve } = acceptance;
  const runner = runnerStandIn(reeve.services, organisation.workspaceId);
  const { person, client, codex } = await openCloudClient('Grace Hopper');

  const off = await codex(['cloud', 'exec', '--env', environmentId, 'Greet the world']);
  expect(off.exitCode).not.toBe(0);
  expect(off.stderr).toContain('Codex cloud is off in this workspace');
  await organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true });

  // By its label, as people do.
  const given = await codex(['cloud', 'exec', '--env', 'application', '--branch', 'main', 'Greet the world\nPlease.']);
  expect(given).toMatchObject({ exitCode: 0 });
  const id = taskIn(given.stdout);
  const task = await person.api.tasks.get({ id });
  expect(task).toMatchObject({ title: 'Greet the world', source: 'cli', mode: 'code', branch: 'main', attempts: 1 });
  expect(task.turns[0]?.prompt).toBe('Greet the world\nPlease.');

  const pending = await codex(['cloud', 'status', id]);
  expect(pending).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('PENDING') });

  const attemptId = task.turns[0]?.attempts[0]?.id ?? '';
  await runner.writeDiff(attemptId, diff);
  await runner.complete(attemptId, 'The world is greeted.');
  const ready = await codex(['cloud', 'status', id]);
  expect(ready).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('READY') });
  expect(ready.stdout).toContain('Greet the world');
  expect((await codex(['cloud', 'diff', id])).stdout.trim()).toBe(diff.trim());

  expect(await codex(['cloud', 'apply', id])).toMatchObject({ exitCode: 0 });
  expect(await client.files.work.read('greet.txt')).toBe('hello\nworld\n');
  await client.shell('git -C "$1" reset -q --hard', { args: [client.files.work.path] });
  expect(await codex(['apply', id])).toMatchObject({ exitCode: 0 });
  expect(await client.files.work.read('greet.txt')).toBe('hello\nworld\n');
});

test(`codex cloud of ${version}: several attempts, a starting diff, the list, and nobody else’s tasks`, async () => {
  const { organisation, reeve } = acceptance;
  await organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  const runner = runnerStandIn(reeve.services, organisation.workspaceId);
  const { person, codex } = await openCloudClient('Alan Turing');
  const args = ['cloud', 'exec', '--env', environmentId, '--attempts', '2', '--branch', 'next', 'Try it twice'];
  const id = taskIn((await codex(args, { CODEX_STARTING_DIFF: diff })).stdout);
  const task = await person.api.tasks.get({ id });
  expect(task).toMatchObject({ attempts: 2, branch: 'next' });
  const turn = await reeve.services.db
    .selectFrom('cloud_turns')
    .select('starting_diff_blob')
    .where('task_id', '=', id)
    .executeTakeFirstOrThrow();
  expect(turn.starting_diff_blob).not.toBeNull();

  const [one = '', two = ''] = task.turns[0]?.attempts.map((attempt) => attempt.id) ?? [];
  for (const [attemptId, word] of [
    [one, 'world'],
    [two, 'moon'],
  ] as const) {
    await runner.writeDiff(attemptId, diff.replace('+world', `+${word}`));
    await runner.complete(attemptId);
  }
  expect((await codex(['cloud', 'diff', id])).stdout).toContain('+world');
  expect((await codex(['cloud', 'diff', id, '--attempt', '2'])).stdout).toContain('+moon');

  const list = await codex(['cloud', 'list', '--json']);
  const { tasks } = JSON.parse(list.stdout) as { tasks: Record<string, unknown>[] };
  expect(tasks).toMatchObject([
    {
      id,
      title: 'Try it twice',
      status: 'ready',
      environment_label: 'Application',
      is_review: false,
      attempt_total: 2,
      summary: { files_changed: 1, lines_added: 2, lines_removed: 1 },
    },
  ]);

  const { codex: other } = await openCloudClient('Katherine Johnson');
  const refused = await other(['cloud', 'status', id]);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('There is nothing here');
});
