import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Refused } from '#server/refused.ts';
import { assignmentFile, kindOfFile } from './folder-format.ts';

const namesIn = async (folder: string): Promise<string[]> =>
  readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new Refused(`The folder ${folder} cannot be read (${cause.code}).`, { cause });
  });

function refuseOverwriting(folder: string, present: readonly string[], overwrites: boolean): void {
  if (present.length === 0) return;
  if (!overwrites)
    throw new Refused(`${folder} is not empty, so nothing was written. Add --force to replace the policies in it.`);
  if (!present.includes(assignmentFile) && present.some((name) => kindOfFile(name) !== null))
    throw new Refused(
      `${folder} has no ${assignmentFile}, so it is not a policy folder, and TOML or YAML files in it would be lost. Choose another folder.`,
    );
}

/**
 * Writes the files of a policy folder: a new folder appears whole. In one that is there, every file is replaced whole once all are
 * written, files of policies that are gone are removed, and what is not ours stays.
 */
export async function saveFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  { overwrites }: { overwrites: boolean },
): Promise<void> {
  const target = resolve(folder);
  const present = await namesIn(target);
  refuseOverwriting(folder, present, overwrites);
  await mkdir(dirname(target), { recursive: true });
  // Beside the target, because a rename works within one file system only.
  const staging = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [name, text] of files) await writeFile(join(staging, name), text, { mode: 0o644, flush: true });
    if (present.length === 0) {
      await rmdir(target).catch(() => undefined);
      await rename(staging, target);
      return;
    }
    for (const name of files.keys()) await rename(join(staging, name), join(target, name));
    for (const name of present) if (kindOfFile(name) !== null && !files.has(name)) await rm(join(target, name));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
