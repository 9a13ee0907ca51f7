import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** Active members by where each order first fits them: places from 0, null where no group of it holds them. */
export interface Matches {
  before: number | null;
  after: number | null;
  members: number;
}

const placesOf = (groupIds: readonly string[]) =>
  sql`select value as group_id, min(ordinality) - 1 as place
    from jsonb_array_elements_text(${JSON.stringify(groupIds)}::jsonb) with ordinality group by value`;

/** Counted by the database, so that it takes a row for each pair of places and not one for each member. */
export async function countMatches(
  db: Database,
  workspaceId: string,
  { before, after }: { before: readonly string[]; after: readonly string[] },
): Promise<Matches[]> {
  const { rows } = await sql<{ before: number | null; after: number | null; members: number }>`
    with before_order as materialized (${placesOf(before)}), after_order as materialized (${placesOf(after)}),
    matched as (
      select gm.member_id, min(b.place) as before, min(a.place) as after
      from group_members gm
      left join before_order b on b.group_id = gm.group_id
      left join after_order a on a.group_id = gm.group_id
      where gm.workspace_id = ${workspaceId} and (b.place is not null or a.place is not null)
      group by gm.member_id
    )
    select x.before, x.after, count(*) as members
    from members m left join matched x on x.member_id = m.id
    where m.workspace_id = ${workspaceId} and m.status = 'active'
    group by x.before, x.after`.execute(db);
  const place = (found: number | null) => (found === null ? null : Number(found));
  return rows.map((row) => ({
    before: place(row.before),
    after: place(row.after),
    members: Number(row.members),
  }));
}

export const listGroupNames = async (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, string>> => {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('groups')
    .select(['id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
};

export const listPublished = (db: Database, workspaceId: string) =>
  db
    .selectFrom('policies')
    .select(['id', 'name', 'revision'])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .where('revision', '>', 0)
    .execute();
