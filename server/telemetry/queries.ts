import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type FormerEvent = Selectable<Tables['client_events']> & { member_email: string | null };

/** Takes the oldest out of the table; whoever runs beside takes others. */
export async function takeFormerEvents(tx: Database, limit: number): Promise<FormerEvent[]> {
  const { rows } = await sql<FormerEvent>`
    with taken as (
      delete from client_events where id in (
        select id from client_events order by received_at limit ${limit} for update skip locked
      ) returning *
    )
    select t.*, m.email as member_email from taken t left join members m on m.id = t.member_id
    order by t.received_at, t.id`.execute(tx);
  return rows;
}
