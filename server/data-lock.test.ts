import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUse, lockDataFolder } from './data-lock.ts';
import { isGone, type LockHolder, thisProcess } from './lock-holder.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

const holding = `
  const { lockDataFolder } = await import(process.argv[1]);
  try {
    await lockDataFolder(process.argv[2], { command: 'reeve serve' });
    console.log('locked');
    setInterval(() => {}, 60_000);
  } catch (error) {
    console.log(error.name);
  }
`;

/** Another process that tries to take the folder; `outcome` is the first line it prints. */
async function anotherProcess(): Promise<{ child: ChildProcess; outcome: string }> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', holding, join(import.meta.dirname, 'data-lock.ts'), folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const [line] = child.stdout ? await once(child.stdout, 'data') : [''];
  return { child, outcome: String(line).trim() };
}

const lockAs = () => lockDataFolder(folder, { command: 'reeve serve' });
const holder = async (): Promise<LockHolder> => JSON.parse(await readFile(join(folder, 'reeve.lock'), 'utf8'));

test('a second process is refused, told who holds the folder and what to do', async () => {
  const { child, outcome } = await anotherProcess();
  expect(outcome).toBe('locked');
  const refused = lockAs();
  await expect(refused).rejects.toThrow(DataFolderInUse);
  await expect(refused).rejects.toThrow(`${folder} is in use by process ${child.pid} (reeve serve)`);
  await expect(refused).rejects.toThrow(`kill ${child.pid}`);
  await expect(refused).rejects.toThrow('REEVE_DATA=');
});

test('the process that holds it cannot take it twice; after a release it is free and clean', async () => {
  const lock = await lockAs();
  await expect(lockAs()).rejects.toThrow(DataFolderInUse);
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockAs()).release();
});

test('a killed process leaves a lock that the next start takes over', async () => {
  const { child } = await anotherProcess();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockAs();
  expect((await holder()).pid).toBe(process.pid);
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
});

test('of many that find a dead lock at once, exactly one takes it', async () => {
  const { child } = await anotherProcess();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const outcomes = await Promise.all(Array.from({ length: 5 }, async () => (await anotherProcess()).outcome));
  expect(outcomes.sort()).toEqual([
    'DataFolderInUse',
    'DataFolderInUse',
    'DataFolderInUse',
    'DataFolderInUse',
    'locked',
  ]);
});

test('a process killed while it took away a dead lock stands in nobody’s way', async () => {
  const { child } = await anotherProcess();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await copyFile(join(folder, 'reeve.lock'), join(folder, 'reeve.lock.reaping'));
  const lock = await lockAs();
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
});

test('a lock file that cannot be read is not taken over', async () => {
  await writeFile(join(folder, 'reeve.lock'), 'half a li');
  await expect(lockAs()).rejects.toThrow(/cannot be read.*delete that file/);
});

test('a folder whose path is too long for a socket is locked as well', async () => {
  folder = join(folder, 'x'.repeat(120));
  const lock = await lockAs();
  expect((await holder()).socket).toBeNull();
  expect((await anotherProcess()).outcome).toBe('DataFolderInUse');
  await lock.release();
});

test.runIf(process.platform === 'linux')('only what is certainly gone counts as gone', async () => {
  const lock = await lockAs();
  const self = await thisProcess({ command: 'reeve serve', socket: null });
  const living = await holder();
  const verdict = (change: Partial<LockHolder>) => isGone({ ...living, ...change }, { self, folder });

  expect(await verdict({})).toBe(false);
  expect(await verdict({ startedAtTicks: '1' }), 'the process id was given to another process').toBe(true);
  expect(await verdict({ bootId: 'another' }), 'this machine was restarted').toBe(true);
  expect(await verdict({ pidNamespace: 'pid:[1]' }), 'a living container').toBe(false);
  expect(await verdict({ pidNamespace: 'pid:[1]', socket: null }), 'a container that cannot be seen').toBe(false);
  expect(await verdict({ pidNamespace: 'pid:[1]', socket: 'reeve-gone.sock' }), 'a container that ended').toBe(true);
  await lock.release();
});
