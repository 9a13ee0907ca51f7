import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clientPins, ensureClient } from '#server/stock-client/install-client.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

/** Processes of a runner with this data folder. */
async function runnersOf(dataFolder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, at) => lines[at]?.includes('\0run\0') && lines[at].includes(join(dataFolder, 'runner')));
}
const listOf = ({ owner }: Organisation) => owner.api.runners.list({});

test('reeve serve has a runner of its own while hosted tasks are on; it ends with the server, however that ends', async () => {
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
