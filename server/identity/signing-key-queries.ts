import type { Database } from '#server/db/open-database.ts';

export interface StoredSigningKey {
  kid: string;
  sealedPrivateJwk: string;
}

export async function insertSigningKey(
  db: Database,
  key: StoredSigningKey & { publicJwk: Record<string, unknown>; createdAt: Date },
): Promise<void> {
  await db
    .insertInto('signing_keys')
    .values({
      kid: key.kid,
      sealed_private_jwk: key.sealedPrivateJwk,
      public_jwk: JSON.stringify(key.publicJwk),
      created_at: key.createdAt,
      retired_at: null,
    })
    .execute();
}

/** The current key first, then those whose tokens may still be in use. */
export async function listSigningKeys(db: Database, { retiredAfter }: { retiredAfter: Date }) {
  const rows = await db
    .selectFrom('signing_keys')
    .select(['kid', 'sealed_private_jwk', 'retired_at'])
    .where((where) => where.or([where('retired_at', 'is', null), where('retired_at', '>', retiredAfter)]))
    .orderBy('created_at', 'desc')
    .orderBy('kid')
    .execute();
  const keys = rows.map((row) => ({
    kid: row.kid,
    sealedPrivateJwk: row.sealed_private_jwk,
    isRetired: row.retired_at !== null,
  }));
  return [...keys.filter(({ isRetired }) => !isRetired), ...keys.filter(({ isRetired }) => isRetired)];
}

export async function retireSigningKeys(db: Database, at: Date): Promise<void> {
  await db.updateTable('signing_keys').set({ retired_at: at }).where('retired_at', 'is', null).execute();
}

export async function deleteSigningKeys(db: Database, { retiredBefore }: { retiredBefore: Date }): Promise<void> {
  await db.deleteFrom('signing_keys').where('retired_at', '<', retiredBefore).execute();
}
