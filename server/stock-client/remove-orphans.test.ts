import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MACHINE_VARIABLE } from './end-processes.ts';
import { removeOrphanedMachines, signMachine } from './remove-orphans.ts';

test('a machine whose process was killed goes with what still runs on it; others stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-orphans-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const machine = async (name: string) => {
    const root = join(folder, `reeve-client-${name}`);
    await mkdir(root);
    return root;
  };
  await signMachine(await machine('ours'));
  await machine('unsigned');
  const killed = await machine('killed');
  // Another process signs it, and is gone.
  const code = `import { signMachine } from ${JSON.stringify(join(import.meta.dirname, 'remove-orphans.ts'))}; await signMachine(process.argv[1]);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code, killed], { stdio: 'inherit' });
  expect(await once(owner, 'exit')).toEqual([0, null]);
  const left = spawn('sleep', ['600'], { env: { ...process.env, [MACHINE_VARIABLE]: killed } });
  const ended = once(left, 'exit');
  expect(await removeOrphanedMachines(folder)).toBe(1);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect((await readdir(folder)).sort()).toEqual(['reeve-client-ours', 'reeve-client-unsigned']);
  const signature = join(folder, 'reeve-client-unsigned', 'owner');
  // About to be signed.
  for (const part of ['', 'another-boot', 'another-boot pid:[1] 1']) {
    await writeFile(signature, part);
    expect(await removeOrphanedMachines(folder)).toBe(0);
  }
  await writeFile(signature, 'another-boot pid:[1] 1 1');
  expect(await removeOrphanedMachines(folder)).toBe(1);
});
