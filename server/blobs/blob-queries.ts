import type { Database } from '#server/db/open-database.ts';

export interface BlobRow {
  name: string;
  sealed_key: string;
  bytes: number;
  sha256: string;
  stored_bytes: number;
  kept_at: Date;
}

export const insertBlob = (tx: Database, row: BlobRow) => tx.insertInto('blobs').values(row).execute();

export const readBlob = (db: Database, name: string) =>
  db.selectFrom('blobs').selectAll().where('name', '=', name).executeTakeFirst();

export const deleteBlob = (tx: Database, name: string) => tx.deleteFrom('blobs').where('name', '=', name).execute();

const listBlobs = (db: Database, { prefix, after, limit }: { prefix: string; after: string; limit: number }) =>
  db
    .selectFrom('blobs')
    .select(['name', 'bytes', 'sha256', 'stored_bytes', 'kept_at'])
    .where('name', '>', after)
    .where((eb) => eb.fn<boolean>('starts_with', ['name', eb.val(prefix)]))
    .orderBy('name')
    .limit(limit)
    .execute();

const pageSize = 500;

/** Whose names start so, in the order of their names. */
export async function* eachBlob(db: Database, prefix: string) {
  for (let after = ''; ; ) {
    const rows = await listBlobs(db, { prefix, after, limit: pageSize });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.name;
  }
}

/** Which of these names are kept. */
export const keptAmong = async (db: Database, names: readonly string[]): Promise<Set<string>> => {
  if (names.length === 0) return new Set();
  const rows = await db.selectFrom('blobs').select('name').where('name', 'in', names).execute();
  return new Set(rows.map(({ name }) => name));
};
