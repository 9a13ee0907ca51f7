import { access, constants, statfs } from 'node:fs/promises';
import type { Config } from './config.ts';
import { type DataLock, lockDataFolder } from './data-lock.ts';
import { exitCodes, Refused } from './refused.ts';

const advice: Readonly<Record<string, string>> = {
  EACCES: 'This user may not write there. Give it the folder, or set REEVE_DATA to one of its own.',
  EPERM: 'This user may not write there. Give it the folder, or set REEVE_DATA to one of its own.',
  EROFS: 'It is on a read-only file system. Set REEVE_DATA to a folder that can be written.',
  ENOTDIR: 'A part of the path is a file. Set REEVE_DATA to a folder.',
  EEXIST: 'It is a file. Set REEVE_DATA to a folder.',
  ENOSPC: 'The disk is full. Free some space, then start again.',
  EDQUOT: 'The disk quota is used up. Free some space, then start again.',
};

/** A first start writes about 60 MB; below this the embedded database would fail half-way. */
const neededBytes = 128 * 1024 * 1024;

export async function refuseFullDisk(folder: string, { atLeastBytes = neededBytes } = {}): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= atLeastBytes) return;
  const megabytes = (bytes: number) => `${Math.floor(bytes / 1024 / 1024)} MB`;
  throw new Refused(
    `REEVE_DATA: only ${megabytes(freeBytes)} are free on the disk of ${folder}; Reeve needs ${megabytes(atLeastBytes)} to start. Free some space, then start again.`,
    { exitCode: exitCodes.cannotCreate },
  );
}

/**
 * Locks the data folder for a command, making it when it is missing.
 * @throws DataFolderInUse, or Refused when the folder cannot be used
 */
export async function openDataFolder(config: Pick<Config, 'dataFolder'>, command: string): Promise<DataLock> {
  const folder = config.dataFolder;
  try {
    const lock = await lockDataFolder(folder, { command });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return lock;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new Refused(
      `REEVE_DATA: the folder ${folder} cannot be used (${code}). ${advice[code] ?? (cause as Error).message}`,
      { cause, exitCode: exitCodes.cannotCreate },
    );
  }
}
