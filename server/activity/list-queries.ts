import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { EventFilter } from '#contract/activity-list.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { threadPrefix } from './event-row.ts';

/** A row's place in a list by time. Ids are compared by their bytes, so that lists of several tables go together. */
export interface Place {
  at: Date;
  id: string;
}

const byBytes = sql<string>`id collate "C"`;

/** Part of `column` equal to the search, without its wildcards meaning anything. */
const containing = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** The conditions of a filter that are one column’s value. */
const columns = {
  kind: 'kind',
  source: 'source',
  memberId: 'member_id',
  surface: 'surface',
  tool: 'tool',
  decision: 'decision',
  decidedBy: 'decided_by',
  rule: 'rule',
} as const satisfies Partial<Record<keyof EventFilter, keyof Tables['activity_events']>>;

const uuid7 = '^[0-9a-f]{8}-[0-9a-f]{4}-7';

/** A thread’s events lie together where its id is a UUIDv7; an index of their own finds the others. */
function inThread(by: ExpressionBuilder<Tables, 'activity_events'>, threadId: string): Expression<SqlBool> {
  const prefix = threadPrefix(threadId);
  const isIt = by('thread_id', '=', threadId);
  if (prefix === null) return by.and([isIt, sql<SqlBool>`thread_id !~ ${sql.lit(uuid7)}`]);
  const next = (BigInt(`0x${prefix}`) + 1n).toString(16).padStart(prefix.length, '0');
  return by.and([isIt, by('id', '>=', prefix), by('id', '<', next)]);
}

export function listEvents(
  db: Database,
  workspaceId: string,
  { filter, after, limit }: { filter: EventFilter; after: Place | null; limit: number },
) {
  let query = db.selectFrom('activity_events').selectAll().where('workspace_id', '=', workspaceId);
  for (const [name, column] of Object.entries(columns)) {
    const value = filter[name as keyof typeof columns];
    if (value !== undefined) query = query.where(sql.ref(column), '=', value);
  }
  const { threadId, search, from, to } = filter;
  if (threadId !== undefined) query = query.where((by) => inThread(by, threadId));
  if (from !== undefined) query = query.where('at', '>=', new Date(from));
  if (to !== undefined) query = query.where('at', '<', new Date(to));
  if (search)
    query = query.where((by) =>
      by.or([
        by('member_label', 'ilike', containing(search)),
        ...(['thread_id', 'turn_id', 'call_id', 'tool', 'code'] as const).map((column) => by(column, '=', search)),
      ]),
    );
  if (after) query = query.where(sql<SqlBool>`at <= ${after.at} and (at < ${after.at} or ${byBytes} < ${after.id})`);
  return query.orderBy('at', 'desc').orderBy(byBytes, 'desc').limit(limit).execute();
}
export type ListedRow = Awaited<ReturnType<typeof listEvents>>[number];

export const listThread = (
  db: Database,
  workspaceId: string,
  { threadId, after, limit }: { threadId: string; after: Place | null; limit: number },
): Promise<ListedRow[]> => {
  let query = db
    .selectFrom('activity_events')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where((by) => inThread(by, threadId));
  if (after) query = query.where(sql<SqlBool>`(at > ${after.at} or (at = ${after.at} and ${byBytes} > ${after.id}))`);
  return query.orderBy('at').orderBy(byBytes).limit(limit).execute();
};

export const readEvent = (db: Database, workspaceId: string, id: string): Promise<ListedRow | undefined> =>
  db
    .selectFrom('activity_events')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
