import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeNewFile } from '#server/private-file.ts';

/** Written once everything restored stands beside the present data: from then on the restore happens, whatever breaks. */
const RestoreJournal = z.object({ staging: z.string(), aside: z.string(), names: z.array(z.string()) });
export type RestoreJournal = z.infer<typeof RestoreJournal>;

const journalPath = (dataFolder: string) => join(dataFolder, 'restore.json');
export const stagingPrefix = 'restore-';
export const asidePrefix = 'replaced-';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export async function beginRestore(dataFolder: string, journal: RestoreJournal): Promise<void> {
  await writeNewFile(journalPath(dataFolder), JSON.stringify(journal));
  await finishRestore(dataFolder);
}

async function swap(dataFolder: string, { staging, aside, names }: RestoreJournal): Promise<void> {
  for (const name of names) {
    const from = join(dataFolder, staging, name);
    const to = join(dataFolder, name);
    if (!(await exists(from))) continue;
    if (await exists(to)) {
      const away = join(dataFolder, aside, name);
      await mkdir(dirname(away), { recursive: true, mode: 0o700 });
      await rename(to, away);
    }
    await rename(from, to);
  }
}

/**
 * Ends a restore that was interrupted: one with a journal is carried through, the remains of one without are removed. To be called
 * under the folder's lock before anything is opened.
 */
export async function finishRestore(dataFolder: string): Promise<void> {
  const text = await readFile(journalPath(dataFolder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text !== null) await swap(dataFolder, RestoreJournal.parse(JSON.parse(text)));
  await rm(journalPath(dataFolder), { force: true });
  const remains = (await readdir(dataFolder)).filter((name) => name.startsWith(stagingPrefix));
  for (const name of remains) await rm(join(dataFolder, name), { recursive: true, force: true });
}
