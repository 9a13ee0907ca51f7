import { sql } from 'kysely';
import type { ActivityKind } from '#contract/activity-events.ts';
import type { Database } from '#server/db/open-database.ts';

const columns = [
  'workspace_id',
  'id',
  'seq',
  'at',
  'source',
  'kind',
  'member_id',
  'member_label',
  'surface',
  'model',
  'thread_id',
  'turn_id',
  'call_id',
  'tool',
  'decision',
  'decided_by',
  'rule',
  'outcome',
  'code',
  'policy_name',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'detail',
  'environment_id',
] as const;

/** In the order of arrival. Read no further than a number that `waitForWriters` made safe. */
export const listArrivedActivity = (
  db: Database,
  workspaceId: string,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
) =>
  db
    .selectFrom('activity_events')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .orderBy('seq')
    .limit(limit)
    .execute();

export type ActivityRow = Awaited<ReturnType<typeof listArrivedActivity>>[number];

export async function lastActivitySeq(db: Database, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('activity_events')
    .select('seq')
    .where('workspace_id', '=', workspaceId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** Answers of calls without a thread, by the id of the call: their ids cannot be made from what the call says. */
export const listAnswersBetween = (
  db: Database,
  workspaceId: string,
  { from, to, calls }: { from: Date; to: Date; calls: readonly string[] },
) =>
  db
    .selectFrom('activity_events')
    .select(['id', sql<string>`detail ->> 'modelCall'`.as('call_id')])
    .where('workspace_id', '=', workspaceId)
    .where('kind', '=', 'response.received' satisfies ActivityKind)
    .where('at', '>=', from)
    .where('at', '<=', to)
    .where(sql<string>`detail ->> 'modelCall'`, 'in', calls)
    .execute();
