import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '#server/db/migrate.ts';
import { openDatabase } from '#server/db/open-database.ts';

const root = join(import.meta.dirname, '..');
const cacheFolder = join(root, 'node_modules/.cache/reeve');

/** Changes with the migrations and the embedded database. */
export async function schemaFingerprint(): Promise<string> {
  const folder = join(root, 'server/db/migrations');
  const hash = createHash('sha256').update(
    await readFile(join(root, 'node_modules/@electric-sql/pglite/package.json')),
  );
  for (const file of (await readdir(folder)).sort()) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

/** A migrated PGlite folder as a file: initdb takes seconds, loading this a fraction of one. */
export async function migratedSnapshot(): Promise<Blob> {
  const file = join(cacheFolder, `pglite-${await schemaFingerprint()}.tar`);
  const cached = await readFile(file).catch(() => null);
  if (cached) return new Blob([cached]);
  const opened = await openDatabase({ url: null, dataFolder: 'memory' });
  await migrate(opened.db);
  // Two thirds of the files; no test makes a database inside the embedded one.
  await opened.pglite?.exec('update pg_database set datistemplate = false');
  for (const template of ['template0', 'template1']) await opened.pglite?.exec(`drop database ${template}`);
  const snapshot = await opened.pglite?.dumpDataDir('none');
  await opened.close();
  if (!snapshot) throw new Error('only the embedded database can be dumped');
  await mkdir(cacheFolder, { recursive: true });
  const own = `${file}.${process.pid}`;
  await writeFile(own, Buffer.from(await snapshot.arrayBuffer()));
  await rename(own, file);
  return snapshot;
}
