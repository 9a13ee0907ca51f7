import { sql } from 'kysely';
import type { CodexSurface } from '#contract/codex-surfaces.ts';
import type { Database } from '#server/db/open-database.ts';

/** The vendor's API counts in days of UTC, whatever the workspace's time zone. */
const zone = 'UTC';

/** What was used of one surface and model. */
export interface LeafRow {
  memberId: string;
  surface: CodexSurface;
  model: string;
  calls: number;
  unpricedCalls: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  credits: number;
  costUsd: number;
  threads: number;
  threadsOfSurface: number;
  turns: number;
  turnsOfSurface: number;
}

interface Days {
  workspaceId: string;
  /** `YYYY-MM-DD`. */
  from: string;
  /** Exclusive. */
  until: string;
}

interface MemberPart {
  isOneDay: boolean;
  afterMember: string | null;
  limit: number;
}

/** A member's row of one day, client, surface and model, with their address as it is now; whoever is gone has none. */
export type MemberLeaf = LeafRow & { email: string | null };

// Sums of bigint are numeric, which the engines read as text; no count here reaches 2^53.
const sums = sql`sum(calls)::float8 as "calls", sum(unpriced_calls)::float8 as "unpricedCalls",
  sum(input_tokens)::float8 as "inputTokens", sum(cached_input_tokens)::float8 as "cachedInputTokens",
  sum(output_tokens)::float8 as "outputTokens", sum(credits) as "credits", sum(cost_usd) as "costUsd",
  sum(threads)::float8 as "threads", sum(threads_of_surface)::float8 as "threadsOfSurface",
  sum(turns)::float8 as "turns", sum(turns_of_surface)::float8 as "turnsOfSurface"`;

/**
 * Use of each member in these days, in the order of their ids, with a row for each day and client. Nothing is summed here: rows in the
 * order of an index end with the limit, and a sum of them would first read everybody. As one JSON value, because each cell of a result
 * costs the embedded database more than its row costs to find.
 */
export async function readMemberLeaves(
  db: Database,
  { workspaceId, from, until, isOneDay, afterMember, limit }: Days & MemberPart,
): Promise<MemberLeaf[]> {
  const days = isOneDay ? sql`day = ${from}::date` : sql`day >= ${from}::date and day < ${until}::date`;
  const after = afterMember === null ? sql`true` : sql`member_id > ${afterMember}`;
  const { rows } = await sql<{ leaves: MemberLeaf[] | null }>`select json_agg(json_build_object(
      'memberId', d.member_id, 'email', m.email, 'surface', d.surface, 'model', d.model,
      'calls', d.calls, 'unpricedCalls', d.unpriced_calls, 'inputTokens', d.input_tokens,
      'cachedInputTokens', d.cached_input_tokens, 'outputTokens', d.output_tokens, 'credits', d.credits, 'costUsd', d.cost_usd,
      'threads', d.threads, 'threadsOfSurface', d.threads_of_surface, 'turns', d.turns, 'turnsOfSurface', d.turns_of_surface
    ) order by d.member_id) as leaves
    from (
      select * from usage_days
      where workspace_id = ${workspaceId} and zone = ${zone} and ${days} and ${after} and calls > 0
      order by member_id limit ${limit}
    ) d left join members m on m.workspace_id = d.workspace_id and m.id = d.member_id`.execute(db);
  return rows[0]?.leaves ?? [];
}

/** Use of everybody in these days. */
export async function readWorkspaceLeaves(db: Database, { workspaceId, from, until }: Days): Promise<LeafRow[]> {
  const { rows } = await sql<LeafRow>`select '' as "memberId", surface, model, ${sums} from usage_totals
    where workspace_id = ${workspaceId} and zone = ${zone} and grain = 'day' and group_id = ''
      and day >= ${from}::date and day < ${until}::date and calls > 0
    group by surface, model order by surface, model`.execute(db);
  return rows;
}

/** The days of the window with any use, in order: one look-up in the index for each, however many rows it has. */
export async function readUsedDays(
  db: Database,
  { workspaceId, from, until, rows }: Days & { rows: 'user' | 'workspace' },
): Promise<string[]> {
  const those =
    rows === 'user'
      ? sql`usage_days where workspace_id = ${workspaceId} and zone = ${zone}`
      : sql`usage_totals where workspace_id = ${workspaceId} and zone = ${zone} and grain = 'day' and group_id = ''`;
  const { rows: found } = await sql<{ day: string }>`with recursive used (day) as (
      (select day from ${those} and day >= ${from}::date and day < ${until}::date order by day limit 1)
      union all
      select (select t.day from (select day from ${those}) t where t.day > used.day and t.day < ${until}::date order by t.day limit 1)
      from used where used.day is not null
    ) select to_char(day, 'YYYY-MM-DD') as day from used where day is not null`.execute(db);
  return found.map(({ day }) => day);
}

export interface AcceptedLines {
  added: number;
  /** Null: no client told. */
  removed: number | null;
}

/** Lines of code that members accepted in these days, as their clients reported; nobody who reported none is here. */
export async function readAcceptedLines(
  db: Database,
  { workspaceId, from, until }: Days,
): Promise<ReadonlyMap<string, AcceptedLines>> {
  const counted = (name: string) =>
    sql`sum((detail ->> ${sql.lit(name)})::float8) filter (where jsonb_typeof(detail -> ${sql.lit(name)}) = 'number')`;
  const { rows } = await sql<{
    lines: Record<string, AcceptedLines> | null;
  }>`select json_object_agg(member, json_build_object('added', added, 'removed', removed)) as lines
    from (
      select coalesce(member_id, '') as member, ${counted('addedLines')} as added, ${counted('deletedLines')} as removed
      from activity_events
      where workspace_id = ${workspaceId} and kind = 'client.reported' and detail ? 'addedLines'
        and at >= (${from}::date)::timestamp at time zone 'UTC' and at < (${until}::date)::timestamp at time zone 'UTC'
      group by 1
    ) of_member where added is not null`.execute(db);
  return new Map(Object.entries(rows[0]?.lines ?? {}));
}
