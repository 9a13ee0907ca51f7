import { existsSync } from 'node:fs';
import path from 'node:path';
import { MACHINES_FOLDER } from '#server/stock-client/scratch-machine.ts';
import type { Values } from './constraint-paths.ts';

/** Folders that a policy makes the client write in, wherever they are. */
const folderKeys = ['log_dir', 'sqlite_home'];

/** Where programs are: empty, the client could not start anything. */
const programs = /^\/(usr|bin|sbin|lib\w*|proc|sys|dev)?(\/|$)/;

const isOrHolds = (folder: string, file: string): boolean => file === folder || file.startsWith(`${folder}/`);

function nearestThere(folder: string): string {
  return existsSync(folder) ? folder : nearestThere(path.dirname(folder));
}

/**
 * Folders of this server that are the machine's own inside, and empty, so that the client can write there and nothing is left to remove.
 * Where that cannot be, the machine is read-only and the client says that it could not write.
 */
export function ownFolders(values: Values): string[] {
  const wanted = folderKeys
    .map((key) => values[key])
    .filter((value): value is string => typeof value === 'string' && path.isAbsolute(value));
  const there = wanted.map((folder) => nearestThere(path.normalize(folder)));
  return [...new Set(there)].filter(
    (folder) =>
      folder !== '/' &&
      !programs.test(folder) &&
      !/^\/(etc|tmp)(\/|$)/.test(folder) &&
      ![MACHINES_FOLDER, process.execPath].some((kept) => isOrHolds(folder, kept)) &&
      !isOrHolds(MACHINES_FOLDER, folder),
  );
}
