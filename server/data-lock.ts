import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
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

async function readLock(folder: string): Promise<{ text: string; holder: LockHolder | null } | null> {
  try {
    const text = await readFile(lockPath(folder), 'utf8');
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

/**
 * Takes away the lock of a dead process. Two starts may judge the same lock at once, and the slower must not take the faster one's new
 * lock: it is moved aside first, and put back if it is not the one that was judged.
 */
async function reap(folder: string, judged: { text: string; holder: LockHolder }): Promise<void> {
  const aside = `${lockPath(folder)}.${randomName()}`;
  try {
    await rename(lockPath(folder), aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== judged.text) await link(aside, lockPath(folder));
  else if (judged.holder.socket) await rm(join(folder, judged.holder.socket), { force: true });
  await rm(aside);
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
  const text = JSON.stringify(self, null, 2);
  // More than one round only when another start or stop happens at the same moment.
  for (let round = 0; round < 10; round++) {
    try {
      return await writeNewFile(lockPath(folder), text);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const found = await readLock(folder);
    if (!found) continue;
    const { holder } = found;
    if (!holder || !(await isGone(holder, { self, folder }))) throw refusal(folder, holder);
    await reap(folder, { text: found.text, holder });
  }
  throw new DataFolderInUse(`The data folder ${folder} is being opened and closed by other processes. Try again.`);
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
      const held = (await readLock(folder))?.holder;
      const isOurs = held?.pid === self.pid && held.lockedAt === self.lockedAt && held.socket === self.socket;
      if (isOurs) await rm(lockPath(folder), { force: true });
      await close();
    },
  };
}
