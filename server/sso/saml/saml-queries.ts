import type { Database } from '#server/db/open-database.ts';

/** False when somebody else changed them since `was` was read. */
export const replaceSigningKeys = async (
  db: Database,
  { id, was, sealed }: { id: string; was: string | null; sealed: string },
): Promise<boolean> =>
  (await db
    .updateTable('sso_connections')
    .set({ sealed_signing_keys: sealed })
    .where('id', '=', id)
    .where('sealed_signing_keys', was === null ? 'is' : '=', was)
    .returning('id')
    .executeTakeFirst()) !== undefined;

/**
 * Keeps what new metadata says, unless an administrator changed the connection since it was read. The version stays: the same identity
 * provider with another certificate needs no new test.
 */
export const replaceSettings = async (
  db: Database,
  { id, version, settings }: { id: string; version: number; settings: string },
): Promise<boolean> =>
  (await db
    .updateTable('sso_connections')
    .set({ settings })
    .where('id', '=', id)
    .where('settings_version', '=', version)
    .returning('id')
    .executeTakeFirst()) !== undefined;

/** Over every workspace: for the daily job alone. */
export const listSamlConnections = (db: Database) =>
  db.selectFrom('sso_connections').selectAll().where('kind', '=', 'saml').orderBy('id').execute();

/** False when this assertion was used before. */
export const takeAssertion = async (
  db: Database,
  row: { connection_id: string; assertion_hash: string; expires_at: Date },
): Promise<boolean> =>
  (await db
    .insertInto('sso_used_assertions')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('connection_id')
    .executeTakeFirst()) !== undefined;
