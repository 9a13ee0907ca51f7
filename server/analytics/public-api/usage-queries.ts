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

const each = sql`calls, unpriced_calls as "unpricedCalls", input_tokens::float8 as "inputTokens",
  cached_input_tokens::float8 as "cachedInputTokens", output_tokens::float8 as "outputTokens", credits, cost_usd as "costUsd",
  threads, threads_of_surface as "threadsOfSurface", turns, turns_of_surface as "turnsOfSurface"`;

// Sums of bigint are numeric, which the engines read as text; no count here reaches 2^53.
const sums = sql`sum(calls)::float8 as "calls", sum(unpriced_calls)::float8 as "unpricedCalls",
  sum(input_tokens)::float8 as "inputTokens", sum(cached_input_tokens)::float8 as "cachedInputTokens",
  sum(output_tokens)::float8 as "outputTokens", sum(credits) as "credits", sum(cost_usd) as "costUsd",
  sum(threads)::float8 as "threads", sum(threads_of_surface)::float8 as "threadsOfSurface",
  sum(turns)::float8 as "turns", sum(turns_of_surface)::float8 as "turnsOfSurface"`;

/**
 * Use of each member in these days, in the order of their ids, with a row for each day and client. Nothing is summed here: rows in the
 * order of an index end with the limit, and a sum of them would first read everybody.
 */
export async function readMemberLeaves(
  db: Database,
  { workspaceId, from, until, isOneDay, afterMember, limit }: Days & MemberPart,
): Promise<LeafRow[]> {
  const days = isOneDay ? sql`day = ${from}::date` : sql`day >= ${from}::date and day < ${until}::date`;
  const after = afterMember === null ? sql`true` : sql`member_id > ${afterMember}`;
  const { rows } = await sql<LeafRow>`select member_id as "memberId", surface, model, ${each} from usage_days
    where workspace_id = ${workspaceId} and zone = ${zone} and ${days} and ${after} and calls > 0
    order by member_id limit ${limit}`.execute(db);
  return rows;
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

/** Addresses as they are now; whoever is gone has none. */
export async function readEmails(
  db: Database,
  workspaceId: string,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (memberIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; email: string }>`select id, email from members
    where workspace_id = ${workspaceId}
      and id in (select json_array_elements_text(${JSON.stringify(memberIds)}::json))`.execute(db);
  return new Map(rows.map(({ id, email }) => [id, email]));
}
