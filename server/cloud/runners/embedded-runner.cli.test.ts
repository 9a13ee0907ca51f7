import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clientPins, ensureClient } from '#server/stock-client/install-client.ts';
import { hostedSettings } from '#testing/hosted-world.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';

/** Processes of a runner with this data folder. */
async function runnersOf(dataFolder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, at) => lines[at]?.includes('\0run\0') && lines[at].includes(join(dataFolder, 'runner')));
}
const listOf = ({ owner }: Organisation) => owner.api.runners.list({});

/** A repository of a git server, a model, a policy and an environment: what a task needs. @returns the environment */
async function makeReady(organisation: Organisation): Promise<string> {
  const github = await startGithub({ isPlain: true });
  onTestFinished(() => github.close());
  github.addUser('payments');
  await github.addRepository('payments/api', { files: { 'greeting.txt': 'hello\n' } });
  const model = await startResponsesServer({
    apiKey: 'sk-upstream',
    models: ['corp-model'],
    script: eachTurn(shellCommand('tr a-z A-Z < greeting.txt > loud.txt'), message('Louder.')),
  });
  onTestFinished(() => model.close());
  await organisation.serveModel({ baseUrl: model.baseUrl, apiKey: 'sk-upstream' }, 'corp-model');
  const free = 'allowed_sandbox_modes = ["read-only", "workspace-write", "danger-full-access"]\n';
  await organisation.assign([], (await organisation.addPolicy('Free', free)).id);
  const { api } = organisation.owner;
  const token = github.addDeployToken('payments/api', 'write');
  await api.git.connectGit({ name: 'Payments', url: `${github.origin}/payments/api.git`, token });
  const repositoryIds = (await api.git.repositories({})).items.map(({ id }) => id);
  const settings = { ...hostedSettings, setupScript: '', maintenanceScript: '', repositoryIds };
  return (await api.environments.create(settings)).id;
}

test('reeve serve has a runner of its own while hosted tasks are on, which does them; it ends with the server, however that ends', async () => {
  await ensureClient('0.169.0');
  const reeve = await openInstallation({ REEVE_CLIENTS_FOLDER: clientPins });
  const first = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(first.stdout));
  const { api } = organisation.owner;
  expect(await runnersOf(reeve.dataFolder)).toEqual([]);
  await api.workspace.updateSettings({ codexCloudEnabled: true });
  const ready = async () => (await listOf(organisation)).items;
  await expect
    .poll(ready, { timeout: 90_000 })
    .toMatchObject([
      { name: 'This server', isEmbedded: true, state: 'ready', drivers: [{ kind: 'process', runtimes: ['process'] }] },
    ]);
  expect((await listOf(organisation)).embeddedProblem).toBeNull();
  const [{ id } = { id: '' }] = await ready();

  const environmentId = await makeReady(organisation);
  const task = await api.tasks.create({ environmentId, mode: 'code', prompt: 'Louder, please.', attempts: 1 });
  const attempt = async () => (await api.tasks.get({ id: task.id })).turns[0]?.attempts[0];
  await expect.poll(async () => (await attempt())?.ending, { timeout: 90_000 }).toBe('changed');
  const { diff } = await api.tasks.diff({ id: task.id, attemptId: (await attempt())?.id ?? '' });
  expect(diff).toContain('+HELLO');

  first.kill('SIGKILL');
  await first.exit;
  await expect.poll(() => runnersOf(reeve.dataFolder)).toEqual([]);
  const second = await reeve.serve();
  await expect.poll(() => runnersOf(reeve.dataFolder), { timeout: 60_000 }).toHaveLength(1);
  expect((await ready()).map((runner) => runner.id)).toEqual([id]);
  await api.workspace.updateSettings({ codexCloudEnabled: false });
  await expect.poll(() => runnersOf(reeve.dataFolder)).toEqual([]);

  // Taken away by an administrator: it stays away.
  await api.runners.remove({ id });
  await api.workspace.updateSettings({ codexCloudEnabled: true });
  await expect.poll(async () => (await listOf(organisation)).embeddedProblem).toContain('was removed');
  second.kill('SIGTERM');
  expect(await second.exit).toMatchObject({ exitCode: 0 });
});

test('a machine that cannot keep a container in says why', async () => {
  const folder = await mkdtemp('/var/tmp/reeve-path-');
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'bin'));
  for (const program of ['node', 'sh', 'flock', 'git'])
    await symlink(
      execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(),
      join(folder, 'bin', program),
    );
  const reeve = await openInstallation({ REEVE_CLIENTS_FOLDER: clientPins, PATH: join(folder, 'bin') });
  const program = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(program.stdout));
  await organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  await expect
    .poll(async () => (await listOf(organisation)).embeddedProblem, { timeout: 60_000 })
    .toContain('The program nsenter is missing: install the package util-linux.');
  expect((await listOf(organisation)).items).toEqual([]);
});
