import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { StatedPolicy } from './stated-policy.ts';

/** Folders that a policy makes the client write in, wherever they are. */
const folderKeys = ['log_dir', 'sqlite_home'];

function highestAbsent(folder: string): string | null {
  if (existsSync(folder)) return null;
  const parent = path.dirname(folder);
  return highestAbsent(parent) ?? folder;
}

/** Notes which folders of this computer the policy would make, so that they can be taken away afterwards. What was there stays. */
export function noteAbsentFolders({ values }: StatedPolicy): { remove(): Promise<void> } {
  const absent = folderKeys
    .map((key) => values[key])
    .filter((value): value is string => typeof value === 'string' && path.isAbsolute(value))
    .flatMap((folder) => highestAbsent(path.normalize(folder)) ?? []);
  return {
    remove: async () => {
      for (const folder of absent) await rm(folder, { recursive: true, force: true });
    },
  };
}
