import type { Database } from '#server/db/open-database.ts';
import type { BlobPlace } from './blob-folder.ts';
import { eachBlob } from './blob-queries.ts';

/** Kept blobs whose file is missing or has another size; at most `limit` names. Needs no key. */
export async function findDamagedBlobs(
  db: Database,
  place: Pick<BlobPlace, 'look'>,
  limit: number,
): Promise<{ total: number; damaged: string[] }> {
  const damaged: string[] = [];
  let total = 0;
  for await (const { name, stored_bytes } of eachBlob(db, '')) {
    total += 1;
    const isWhole = (await place.look(name))?.bytes === stored_bytes;
    if (!isWhole && damaged.length < limit) damaged.push(name);
  }
  return { total, damaged };
}
