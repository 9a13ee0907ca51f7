import { sql } from 'kysely';
import { notHeld } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

interface Old {
  workspaceId: string;
  before: Date;
  limit: number;
}

/** Calls that started before then, save those that run and those of people on whom there is a legal hold. @returns how many went */
export async function purgeCalls(tx: Database, { workspaceId, before, limit }: Old): Promise<number> {
  const { numAffectedRows } = await sql`delete from model_calls where id in (
    select c.id from model_calls c
    where c.workspace_id = ${workspaceId} and c.started_at < ${before} and c.outcome <> 'running' and ${notHeld('c')}
    limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** At most `limit` are counted. */
export async function countOldCalls(
  db: Database,
  { workspaceId, before, limit }: Old,
): Promise<{ count: number; oldestAt: Date | null }> {
  const { rows } = await sql<{
    count: number;
    oldest: Date | null;
  }>`select count(*) as count, min(started_at) as oldest from (
    select c.started_at from model_calls c
    where c.workspace_id = ${workspaceId} and c.started_at < ${before} and c.outcome <> 'running' and ${notHeld('c')}
    order by c.started_at limit ${limit}) old`.execute(db);
  return { count: Number(rows[0]?.count ?? 0), oldestAt: rows[0]?.oldest ?? null };
}

export const listCallsOf = (db: Database, { workspaceId, memberId }: Person, after: string | null, limit: number) =>
  db
    .selectFrom('model_calls')
    .select(['id', 'credential', 'client', 'client_version', 'model', 'thread_id', 'turn_id', 'policy_name'])
    .select(['outcome', 'refusal_code', 'input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_tokens'])
    .select(['cost_usd', 'ip', 'started_at', 'ended_at', 'duration_ms'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .$if(after !== null, (query) => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute();
