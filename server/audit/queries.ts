import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface AuditFilter {
  event?: string | readonly string[] | undefined;
  actorId?: string | undefined;
  actorKind?: 'member' | 'key' | 'client' | 'system' | 'anonymous' | undefined;
  subjectId?: string | undefined;
  subjectKind?: string | undefined;
  ip?: string | undefined;
  search?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  after: { at: string; id: string } | null;
  limit: number;
}

const wordsOf = (search: string): string[] => search.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);

const entriesOf = (db: Database, workspaceId: string) =>
  db
    .selectFrom('audit_events as e')
    .leftJoin('audit_chain as c', 'c.event_id', 'e.id')
    .selectAll('e')
    .select(['c.seq', 'c.hash'])
    .where('e.workspace_id', '=', workspaceId);

/** Newest first; one row more than the limit, when there is one. */
export const listEntries = (db: Database, workspaceId: string, filter: AuditFilter) => {
  const { event, actorId, actorKind, subjectId, subjectKind, ip, search, from, to, after, limit } = filter;
  let query = entriesOf(db, workspaceId);
  if (event !== undefined) query = query.where('e.event', 'in', [event].flat());
  if (actorId !== undefined) query = query.where('e.actor_id', '=', actorId);
  if (actorKind !== undefined) query = query.where('e.actor_kind', '=', actorKind);
  if (subjectId !== undefined) query = query.where('e.subject_id', '=', subjectId);
  if (subjectKind !== undefined) query = query.where('e.subject_kind', '=', subjectKind);
  if (ip !== undefined && ip !== '') query = query.where(sql<boolean>`starts_with(e.ip, ${ip})`);
  if (from !== undefined) query = query.where('e.at', '>=', from);
  if (to !== undefined) query = query.where('e.at', '<', to);
  for (const word of wordsOf(search ?? ''))
    query = query.where(
      sql<boolean>`strpos(lower(concat_ws(' ', e.actor_label, e.subject_label, e.event, e.payload #>> '{}')), ${word}) > 0`,
    );
  if (after !== null) query = query.where(sql<boolean>`(e.at, e.id) < (cast(${after.at} as timestamptz), ${after.id})`);
  return query
    .orderBy('e.at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(limit + 1)
    .execute();
};

export type AuditRow = Awaited<ReturnType<typeof listEntries>>[number];

/** The newest before a place, whose ids are compared by their bytes: for lists that hold more than these. */
export const listEntriesBefore = (
  db: Database,
  workspaceId: string,
  { after, memberId, search, from, to, limit }: EntriesBefore,
) => {
  const byBytes = sql<string>`e.id collate "C"`;
  let query = entriesOf(db, workspaceId);
  if (memberId !== undefined) query = query.where('e.actor_id', '=', memberId);
  if (from !== undefined) query = query.where('e.at', '>=', from);
  if (to !== undefined) query = query.where('e.at', '<', to);
  if (search) query = query.where(sql<boolean>`strpos(lower(e.actor_label), ${search.toLowerCase()}) > 0`);
  if (after)
    query = query.where(sql<boolean>`e.at <= ${after.at} and (e.at < ${after.at} or ${byBytes} < ${after.id})`);
  return query.orderBy('e.at', 'desc').orderBy(byBytes, 'desc').limit(limit).execute();
};

export interface EntriesBefore {
  after: { at: Date; id: string } | null;
  memberId: string | undefined;
  search: string | undefined;
  from: Date | undefined;
  to: Date | undefined;
  limit: number;
}
