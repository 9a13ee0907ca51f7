import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface GroupMember {
  group_id: string;
  group_name: string;
  /** The first active member by id; null: there is none. */
  member_id: string | null;
  member_name: string | null;
  /** All groups of that member. */
  group_ids: string[];
}

/** Every group with one active member of it. */
export async function listMemberOfEachGroup(db: Database, workspaceId: string): Promise<GroupMember[]> {
  const { rows } = await sql<GroupMember>`
    select g.id as group_id, g.name as group_name, one.id as member_id, one.name as member_name,
      coalesce((select array_agg(o.group_id) from group_members o where o.member_id = one.id), '{}') as group_ids
    from groups g left join lateral (
      select m.id, m.name from group_members gm join members m on m.id = gm.member_id and m.status = 'active'
      where gm.group_id = g.id order by m.id limit 1
    ) one on true
    where g.workspace_id = ${workspaceId} order by lower(g.name), g.id`.execute(db);
  return rows;
}
