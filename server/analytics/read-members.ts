import type { z } from 'zod';
import type { MemberSort, MemberUsage } from '#contract/analytics.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Period } from './period.ts';
import { countRanked, listGroupsOf, listRanking, type RankingRow } from './ranking-queries.ts';
import type { UsageFilter } from './usage-queries.ts';

export const usageOf = (row: RankingRow) => ({
  memberId: row.member_id,
  name: row.name,
  email: row.email,
  threads: row.threads,
  turns: row.turns,
  calls: row.calls,
  failedCalls: row.failed_calls,
  refusedCalls: row.refused_calls,
  unpricedCalls: row.unpriced_calls,
  uncachedInputTokens: row.input_tokens - row.cached_input_tokens,
  cachedInputTokens: row.cached_input_tokens,
  outputTokens: row.output_tokens,
  reasoningTokens: row.reasoning_tokens,
  totalTokens: row.input_tokens + row.output_tokens,
  credits: row.credits,
  costUsd: row.cost_usd,
  activeDays: row.active_days,
  lastActiveDay: row.last_day,
});

interface Asked {
  period: Period;
  filter: UsageFilter;
  search: string | undefined;
  sort: z.output<typeof MemberSort>;
  direction: 'asc' | 'desc';
  page: number;
  limit: number;
}

/** A page of the members by what they used. */
export async function readMembers(db: Database, workspaceId: string, { page, limit, ...asked }: Asked) {
  const rows = await listRanking(db, workspaceId, { ...asked, offset: (page - 1) * limit, limit });
  // A page after the last one says how many there are, too.
  const total = Number(rows[0]?.total ?? (await countRanked(db, workspaceId, asked)));
  const groups = Map.groupBy(
    await listGroupsOf(
      db,
      workspaceId,
      rows.map(({ member_id }) => member_id),
    ),
    ({ member_id }) => member_id,
  );
  const items = rows.map(
    (row): MemberUsage => ({
      ...usageOf(row),
      rank: Number(row.rank),
      streakDays: row.streak,
      groups: (groups.get(row.member_id) ?? []).map(({ id, name }) => ({ id, name })),
    }),
  );
  const { timeZone, from, to } = asked.period;
  return { timeZone, from, to, items, total, page, pages: Math.max(1, Math.ceil(total / limit)) };
}
