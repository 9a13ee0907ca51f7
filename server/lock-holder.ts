import { readFile, readlink, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Who holds a data folder. Together these name one process among all there ever were. */
export const lockHolder = z.object({
  pid: z.number().int().positive(),
  /** Field 22 of /proc/PID/stat, in ticks since boot; null where there is no /proc. */
  startedAtTicks: z.string().nullable(),
  bootId: z.string().nullable(),
  pidNamespace: z.string().nullable(),
  host: z.string(),
  command: z.string(),
  lockedAt: z.string(),
  /** Name, in the folder, of a socket the holder listens on; null where none could be made. */
  socket: z.string().nullable(),
});
export type LockHolder = z.infer<typeof lockHolder>;

const readOrNull = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );

async function processSeen(pid: number): Promise<{ state: string | undefined; startedAtTicks: string | null }> {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  // The command stands in parentheses and may contain anything; the fields after it begin with the third.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return { state: fields[0], startedAtTicks: fields[19] ?? null };
}

export async function thisProcess({ command, socket }: Pick<LockHolder, 'command' | 'socket'>): Promise<LockHolder> {
  return {
    pid: process.pid,
    startedAtTicks: (await processSeen(process.pid)).startedAtTicks,
    bootId: await readOrNull('/proc/sys/kernel/random/boot_id'),
    pidNamespace: await readlink('/proc/self/ns/pid').catch(() => null),
    host: hostname(),
    command,
    lockedAt: new Date().toISOString(),
    socket,
  };
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True when nobody listens on the socket any more. The kernel ends listening with the process, however it ended. */
function isSilent(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath);
  socket.once('connect', () => resolve(false));
  socket.once('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT'),
  );
  return promise.finally(() => socket.destroy());
}

/** statfs(2) magic numbers of file systems that one kernel uses alone: ext, xfs, btrfs, overlay, tmpfs, zfs, f2fs. */
const localFileSystems = new Set([0xef53, 0x58465342, 0x9123683e, 0x794c7630, 0x01021994, 0x2fc12fc1, 0xf2f52010]);

/** Only a process that is certainly gone loses its lock; in doubt the holder is taken to live. */
export async function isGone(
  holder: LockHolder,
  { self, folder }: { self: LockHolder; folder: string },
): Promise<boolean> {
  if (holder.bootId !== self.bootId)
    return holder.host === self.host || localFileSystems.has((await statfs(folder)).type);
  // Another container on this machine: its process ids mean nothing here, its socket does.
  if (holder.pidNamespace !== self.pidNamespace) return holder.socket !== null && isSilent(join(folder, holder.socket));
  if (holder.bootId === null && holder.host !== self.host) return false;
  if (!pidExists(holder.pid)) return true;
  const { state, startedAtTicks } = await processSeen(holder.pid);
  return state === 'Z' || startedAtTicks !== holder.startedAtTicks;
}
