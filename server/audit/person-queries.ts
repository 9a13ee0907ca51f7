import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

const isOf = (memberId: string) => sql<boolean>`(actor_id = ${memberId} or subject_id = ${memberId})`;

/** Entries by or about a person, in the order in which they happened. */
export const listEntriesOf = (db: Database, { workspaceId, memberId }: Person, after: string | null, limit: number) =>
  db
    .selectFrom('audit_events')
    .select(['id', 'at', 'event', 'actor_kind', 'actor_id', 'actor_label', 'subject_kind', 'subject_id'])
    .select(['subject_label', 'payload', 'ip'])
    .where('workspace_id', '=', workspaceId)
    .where(isOf(memberId))
    .$if(after !== null, (query) => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute();

export async function countEntriesOf(db: Database, { workspaceId, memberId }: Person): Promise<number> {
  const row = await db
    .selectFrom('audit_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where(isOf(memberId))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}
