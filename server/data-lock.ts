import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isGone, type LockHolder, lockHolder, thisProcess } from './lock-holder.ts';
import { writeNewFile } from './private-file.ts';

export interface DataLock {
  release(): Promise<void>;
}

/** Another process works on the data folder. */
export class DataFolderInUse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DataFolderInUse';
  }
}

const lockPath = (folder: string) => join(folder, 'reeve.lock');
const guardPath = (folder: string) => `${lockPath(folder)}.reaping`;
const pauseMs = 20;
const maxRounds = 250;
const randomName = () => randomBytes(6).toString('hex');
const errorCode = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Null where no socket can be made: a path beyond the 107 bytes a socket's name may have, or a file system without sockets. */
async function listenIn(folder: string): Promise<{ server: Server; name: string } | null> {
  const name = `reeve-${randomName()}.sock`;
  const server = createServer((socket) => socket.destroy());
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen(join(folder, name), () => resolve(true));
  if (!(await promise)) return null;
  server.unref();
  return { server, name };
}

interface Found {
  text: string;
  holder: LockHolder | null;
}

async function readHolder(path: string): Promise<Found | null> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, holder: parseHolder(text) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(text: string): LockHolder | null {
  try {
    return lockHolder.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** True when this process now owns the file; false when it was there already. */
async function claim(path: string, self: LockHolder): Promise<boolean> {
  try {
    await writeNewFile(path, JSON.stringify(self, null, 2));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A process was killed in the instant in which it took away a dead lock. */
async function dropDeadGuard(folder: string, self: LockHolder): Promise<void> {
  const guard = await readHolder(guardPath(folder));
  if (!guard?.holder || !(await isGone(guard.holder, { self, folder }))) return;
  const aside = `${guardPath(folder)}.${randomName()}`;
  await rename(guardPath(folder), aside).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
  await rm(aside, { force: true });
}

/**
 * Takes away the lock of a dead process. Several starts may judge the same lock at once; only the one with the guard acts, and looks
 * again first, so that none takes away the lock that a faster one has made meanwhile.
 */
async function reap(
  folder: string,
  { judged, self }: { judged: { text: string; holder: LockHolder }; self: LockHolder },
): Promise<void> {
  if (!(await claim(guardPath(folder), self))) {
    await dropDeadGuard(folder, self);
    await setTimeout(pauseMs);
    return;
  }
  try {
    if ((await readHolder(lockPath(folder)))?.text !== judged.text) return;
    if (judged.holder.socket) await rm(join(folder, judged.holder.socket), { force: true });
    await rm(lockPath(folder));
  } finally {
    await rm(guardPath(folder), { force: true });
  }
}

function refusal(folder: string, holder: LockHolder | null): DataFolderInUse {
  if (!holder) {
    return new DataFolderInUse(
      `The lock of the data folder cannot be read: ${lockPath(folder)}. If no Reeve is running there, delete that file and start again.`,
    );
  }
  const { pid, command, host, lockedAt } = holder;
  return new DataFolderInUse(
    [
      `The data folder ${folder} is in use by process ${pid} (${command}) on ${host}, since ${lockedAt}.`,
      `Stop that one first, for example with: kill ${pid}`,
      'Or give this one a folder of its own: REEVE_DATA=/another/folder',
      `If you are certain that it no longer runs, delete ${lockPath(folder)}.`,
    ].join('\n'),
  );
}

async function takeLock(folder: string, self: LockHolder): Promise<void> {
  // More than one round only when another start or stop happens at the same moment.
  for (let round = 0; round < maxRounds; round++) {
    if (await claim(lockPath(folder), self)) return;
    const found = await readHolder(lockPath(folder));
    if (!found) continue;
    const { holder, text } = found;
    if (!holder || !(await isGone(holder, { self, folder }))) throw refusal(folder, holder);
    await reap(folder, { judged: { text, holder }, self });
  }
  throw new DataFolderInUse(
    `The data folder ${folder} is being opened by other processes all the time. If none is running, delete ${guardPath(folder)} and start again.`,
  );
}

/**
 * Makes this process the only one on the folder, until `release` or its end. No heartbeat: a stopped or swapped-out process keeps its
 * lock, and one that was killed loses it at the next start.
 * @throws DataFolderInUse saying who holds it and what to do
 */
export async function lockDataFolder(folder: string, { command }: { command: string }): Promise<DataLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const listening = await listenIn(folder);
  const close = () => new Promise<void>((closed) => (listening ? listening.server.close(() => closed()) : closed()));
  const self = await thisProcess({ command, socket: listening?.name ?? null });
  try {
    await takeLock(folder, self);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async release() {
      const held = (await readHolder(lockPath(folder)))?.holder;
      const isOurs = held?.pid === self.pid && held.lockedAt === self.lockedAt && held.socket === self.socket;
      if (isOurs) await rm(lockPath(folder), { force: true });
      await close();
    },
  };
}
