import type { PGlite } from '@electric-sql/pglite';

/** The embedded database as a compressed tar, while it is in use. After a checkpoint, so that the copy opens without recovery. */
export async function dumpDatabase(pglite: PGlite): Promise<Blob> {
  await pglite.exec('checkpoint');
  return pglite.dumpDataDir('gzip');
}
