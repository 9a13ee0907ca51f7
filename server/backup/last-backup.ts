import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '#server/private-file.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { tryBackup } from './restore-backup.ts';

/** Where the newest backup of this installation was written, beside the data and in no backup. */
const LastBackup = z.object({
  file: z.string(),
  createdAt: z.iso.datetime(),
  parts: z.number().int(),
  /** What came of restoring it into a scratch folder; null: not tried yet. */
  tried: z.object({ at: z.iso.datetime(), modifiedAtMs: z.number(), problem: z.string().nullable() }).nullable(),
});
export type LastBackup = z.infer<typeof LastBackup>;

const pathOf = (dataFolder: string) => join(dataFolder, 'last-backup.json');
const write = (dataFolder: string, last: LastBackup) => replaceFile(pathOf(dataFolder), JSON.stringify(last));

/** Remembers what `reeve backup` wrote. */
export const noteBackup = (dataFolder: string, { file, manifest }: { file: string; manifest: BackupManifest }) =>
  write(dataFolder, { file, createdAt: manifest.createdAt, parts: manifest.parts.length, tried: null });

/** Null: no backup was made by this version or a later one. */
export async function readLastBackup(dataFolder: string): Promise<LastBackup | null> {
  const text = await readFile(pathOf(dataFolder), 'utf8').catch(() => null);
  return text === null ? null : (LastBackup.safeParse(JSON.parse(text)).data ?? null);
}

/**
 * Restores the newest backup into a scratch folder, once for each file as it is: a second look says what came of the first. Null where the
 * file is not on this machine.
 */
export async function tryLastBackup(dataFolder: string, last: LastBackup, now: Date): Promise<LastBackup | null> {
  const found = await stat(last.file).catch(() => null);
  if (!found) return null;
  if (last.tried?.modifiedAtMs === found.mtimeMs) return last;
  const problem = await tryBackup(last.file, dataFolder).then(
    () => null,
    (error: Error) => error.message,
  );
  const tried = { ...last, tried: { at: now.toISOString(), modifiedAtMs: found.mtimeMs, problem } };
  await write(dataFolder, tried);
  return tried;
}
