import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type CloudClient, type CloudProxy, openCloudProxy, taskIn } from '#testing/cloud-client.ts';
import { runnerStandIn, seedEnvironment, seedRepository } from '#testing/open-tasks.ts';
import type { Person } from '#testing/organisation.ts';
import { admitVersion, setUp, version } from './client-versions.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let environmentId: string;
let proxy: CloudProxy;

beforeAll(async () => {
  acceptance = await openAcceptance({ REEVE_VENDOR_NAMES: 'on', REEVE_EMBEDDED_RUNNER: 'off' });
  const { reeve, organisation } = acceptance;
  await admitVersion(organisation);
  const { workspaceId, owner } = organisation;
  const repositoryId = await seedRepository(reeve.services, { workspaceId, name: 'acme/app' });
  const creatorId = owner.memberId;
  environmentId = await seedEnvironment(reeve.services, { workspaceId, creatorId, repositoryIds: [repositoryId] });
  proxy = await openCloudProxy(acceptance);
});
afterAll(async () => {
  await proxy.close();
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
async function openCloudClient(name: string): Promise<CloudClient & { person: Person }> {
  const person = await acceptance.organisation.addMember({ name });
  const options = { ...setUp(), workFiles: { 'greet.txt': 'hello\n' } };
  const cloud = await proxy.open(person, { remote: 'https://github.com/acme/app.git', client: options });
  onTestFinished(() => cloud.client.close());
  return { person, ...cloud };
}

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
