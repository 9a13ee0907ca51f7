import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pendingMigrations } from '#server/db/migrate.ts';
import { openDatabase } from '#server/db/open-database.ts';
import { Refused } from '#server/refused.ts';
import { type BackupManifest, databasePart, filesPrefix } from './backup-manifest.ts';
import { isOfInstallation } from './data-files.ts';
import { asidePrefix, beginRestore, stagingPrefix } from './restore-journal.ts';
import { unpackBackup } from './unpack-backup.ts';

export interface Restored {
  manifest: BackupManifest;
  /** Where the former data was put; null when there was none. */
  aside: string | null;
}

async function refuseForeignEngine({ engine }: BackupManifest, wanted: BackupManifest['engine']): Promise<void> {
  if (engine === wanted) return;
  throw new Refused(
    engine === 'pglite'
      ? 'This backup holds an embedded database, but REEVE_DATABASE_URL is set. Unset it to restore.'
      : 'This backup was made beside PostgreSQL: set REEVE_DATABASE_URL, restore that database with pg_restore, then run this again.',
  );
}

/** Makes the database of the dump under `folder`/db, and proves that this version can use it. */
async function loadDatabase(folder: string, dumpFile: string): Promise<void> {
  const snapshot = new Blob([await readFile(dumpFile)]);
  const opened = await openDatabase({ url: null, dataFolder: folder, snapshot });
  try {
    const { unknown } = await pendingMigrations(opened.db);
    if (unknown.length > 0)
      throw new Refused(
        `This backup is from a newer Reeve (it knows ${unknown.join(', ')}). Upgrade, then restore it.`,
      );
  } finally {
    await opened.close();
  }
}

/** The tree that will be moved into the data folder: top-level names only, so that each moves in one step. */
async function stage(staging: string, manifest: BackupManifest): Promise<string[]> {
  const unpacked = join(staging, 'unpacked');
  if (manifest.engine === 'pglite') await loadDatabase(staging, join(unpacked, databasePart));
  const files = join(unpacked, filesPrefix);
  const names = await readdir(files).catch(() => []);
  for (const name of names) await rename(join(files, name), join(staging, name));
  return manifest.engine === 'pglite' ? ['db', ...names] : names;
}

/**
 * Restores a backup into a folder that is thrown away, as a restore would, and leaves the installation as it is.
 * @throws Refused when it could not be restored
 */
export async function tryBackup(file: string, dataFolder: string): Promise<BackupManifest> {
  const staging = await mkdtemp(join(dataFolder, stagingPrefix));
  try {
    await mkdir(join(staging, 'unpacked'), { mode: 0o700 });
    const manifest = await unpackBackup(file, join(staging, 'unpacked'));
    await stage(staging, manifest);
    return manifest;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const timestamp = (now: Date) => now.toISOString().replaceAll(/[:.]/g, '-');

/**
 * Puts a backup's content into the data folder, whose lock the caller holds. Everything is unpacked, checked and loaded beside the
 * present data first. What it replaces is kept, under another name.
 */
export async function restoreBackup(
  file: string,
  {
    dataFolder,
    engine,
    replace,
    now,
  }: { dataFolder: string; engine: BackupManifest['engine']; replace: boolean; now: Date },
): Promise<Restored> {
  const present = (await readdir(dataFolder)).filter(isOfInstallation);
  if (present.length > 0 && !replace)
    throw new Refused(
      `${dataFolder} is not empty (${present.join(', ')}). Add --replace to put the backup in its place, or set REEVE_DATA to another folder.`,
    );
  const staging = await mkdtemp(join(dataFolder, stagingPrefix));
  try {
    await mkdir(join(staging, 'unpacked'), { mode: 0o700 });
    const manifest = await unpackBackup(file, join(staging, 'unpacked'));
    await refuseForeignEngine(manifest, engine);
    const names = await stage(staging, manifest);
    const aside = `${asidePrefix}${timestamp(now)}`;
    await beginRestore(dataFolder, { staging: staging.slice(dataFolder.length + 1), aside, names });
    const isReplaced = names.some((name) => present.includes(name));
    return { manifest, aside: isReplaced ? join(dataFolder, aside) : null };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
