import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export async function insertClientEvents(
  db: Database,
  rows: readonly Insertable<Tables['client_events']>[],
): Promise<void> {
  if (rows.length > 0)
    await db
      .insertInto('client_events')
      .values([...rows])
      .execute();
}
