import { sql } from 'kysely';
import type { ActivityKind } from '#contract/activity-events.ts';
import type { CodexSurface } from '#contract/codex-surfaces.ts';
import type { Database } from '#server/db/open-database.ts';

export interface CostRow {
  /** Its beginning, UTC. */
  hour: Date;
  member_id: string | null;
  email: string | null;
  surface: CodexSurface;
  model: string | null;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  /** Null: no call had a price. */
  cost_usd: number | null;
  credits: number | null;
}

const call: ActivityKind = 'model.call';

/** What the calls cost that arrived from one time to another: every call is in exactly one such span, whatever is learned about it later. */
export async function sumCosts(
  db: Database,
  workspaceId: string,
  { afterSeq, from, until }: { afterSeq: number; from: Date | null; until: Date },
): Promise<CostRow[]> {
  const isFrom = from === null ? sql`true` : sql`received_at >= ${from}`;
  const { rows } = await sql<CostRow>`
    select date_trunc('hour', at, 'UTC') as hour, member_id, max(member_label) as email, surface, model,
      coalesce(sum(input_tokens), 0)::float8 as input_tokens, coalesce(sum(cached_input_tokens), 0)::float8 as cached_input_tokens,
      coalesce(sum(output_tokens), 0)::float8 as output_tokens, sum(cost_usd) as cost_usd, sum(credits) as credits
    from activity_events e
    where workspace_id = ${workspaceId} and seq > ${afterSeq} and kind = ${call} and ${isFrom} and received_at < ${until}
    group by 1, member_id, surface, model
    having coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0) > 0
    order by 1, member_id, surface, model`.execute(db);
  return rows;
}

/** Everything that arrived from this time on has a larger number. Behind `waitForWriters`. */
export async function lastSeqBefore(
  db: Database,
  workspaceId: string,
  { afterSeq, until }: { afterSeq: number; until: Date },
) {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    select min(seq) filter (where received_at >= ${until}) as first, max(seq) as last
    from activity_events e where workspace_id = ${workspaceId} and seq > ${afterSeq}`.execute(db);
  const [found] = rows;
  return found?.first ? found.first - 1 : (found?.last ?? afterSeq);
}

export interface Person {
  name: string;
  groups: { id: string; name: string | null }[];
}

/** As of now; who has left has none. */
export async function findPeople(
  db: Database,
  workspaceId: string,
  memberIds: readonly string[],
): Promise<Map<string, Person>> {
  if (memberIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('members as m')
    .leftJoin('group_members as gm', 'gm.member_id', 'm.id')
    .leftJoin('groups as g', 'g.id', 'gm.group_id')
    .select(['m.id', 'm.name', 'g.id as group_id', 'g.name as group_name'])
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', 'in', memberIds)
    .orderBy('g.id')
    .execute();
  const people = new Map<string, Person>();
  for (const { id, name, group_id, group_name } of rows) {
    const person = people.get(id) ?? { name, groups: [] };
    if (group_id !== null) person.groups.push({ id: group_id, name: group_name });
    people.set(id, person);
  }
  return people;
}
