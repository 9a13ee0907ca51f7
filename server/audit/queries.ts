import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface AuditFilter {
  event?: string | undefined;
  actorId?: string | undefined;
  subjectId?: string | undefined;
  search?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  after: { at: string; id: string } | null;
  limit: number;
}

/** Newest first; one row more than the limit, when there is one. */
export const listEntries = (db: Database, workspaceId: string, filter: AuditFilter) => {
  const { event, actorId, subjectId, search, from, to, after, limit } = filter;
  let query = db.selectFrom('audit_events').selectAll().where('workspace_id', '=', workspaceId);
  if (event !== undefined) query = query.where('event', '=', event);
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId);
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  if (search !== undefined && search !== '') {
    const part = search.toLowerCase();
    query = query.where(sql<boolean>`strpos(lower(actor_label || ' ' || coalesce(subject_label, '')), ${part}) > 0`);
  }
  if (after !== null) query = query.where(sql<boolean>`(at, id) < (cast(${after.at} as timestamptz), ${after.id})`);
  return query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
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
  const byBytes = sql<string>`id collate "C"`;
  let query = db.selectFrom('audit_events').selectAll().where('workspace_id', '=', workspaceId);
  if (memberId !== undefined) query = query.where('actor_id', '=', memberId);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  if (search) query = query.where(sql<boolean>`strpos(lower(actor_label), ${search.toLowerCase()}) > 0`);
  if (after) query = query.where(sql<boolean>`at <= ${after.at} and (at < ${after.at} or ${byBytes} < ${after.id})`);
  return query.orderBy('at', 'desc').orderBy(byBytes, 'desc').limit(limit).execute();
};

export interface EntriesBefore {
  after: { at: Date; id: string } | null;
  memberId: string | undefined;
  search: string | undefined;
  from: Date | undefined;
  to: Date | undefined;
  limit: number;
}
