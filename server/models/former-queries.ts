import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { CallRow } from './gateway-queries.ts';

export type FormerCall = CallRow & { request_text: string | null; answer_text: string | null };

/** Takes the oldest off the list of what is to be adopted; whoever runs beside takes others. */
export async function takeFormerCalls(tx: Database, limit: number): Promise<FormerCall[]> {
  const { rows } = await sql<FormerCall>`
    with taken as (
      delete from former_calls where id in (
        select id from former_calls order by started_at limit ${limit} for update skip locked
      ) returning id, request_text, answer_text
    )
    select c.*, t.request_text, t.answer_text from taken t join model_calls c on c.id = t.id
    order by c.started_at, c.id`.execute(tx);
  return rows;
}
