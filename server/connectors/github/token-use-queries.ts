import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const insertTokenUse = (db: Database, row: Insertable<Tables['git_token_uses']>) =>
  db.insertInto('git_token_uses').values(row).execute();
