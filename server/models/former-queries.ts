import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';
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

/** Takes the texts of a person's calls that nobody has adopted yet; the calls stay. */
export const forgetFormerTextsOf = (tx: Database, { workspaceId, memberId }: Person): Promise<unknown> =>
  sql`update former_calls set request_text = null, answer_text = null
    where (request_text is not null or answer_text is not null)
      and id in (select c.id from model_calls c where c.workspace_id = ${workspaceId} and c.member_id = ${memberId})`.execute(
    tx,
  );
