import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** Attempts of the members of group `g` that run now. */
const runningOf = (workspaceId: string) => sql<number>`(
  select count(*)::integer from group_members gm join cloud_attempts a on a.member_id = gm.member_id
  where gm.group_id = g.id and a.workspace_id = ${workspaceId} and a.lease_until is not null)`;

const limited = (db: Database, workspaceId: string) =>
  db
    .selectFrom('cloud_group_limits as l')
    .innerJoin('groups as g', (join) =>
      join.onRef('g.id', '=', 'l.group_id').onRef('g.workspace_id', '=', 'l.workspace_id'),
    )
    .where('l.workspace_id', '=', workspaceId);

/** By name. */
export const listGroupLimits = (
  db: Database,
  workspaceId: string,
  { after, limit }: { after: { name: string; id: string } | null; limit: number },
) =>
  limited(db, workspaceId)
    .select(['g.id', 'g.name', 'l.running_at_once'])
    .select(sql<string>`lower(g.name)`.as('sort_value'))
    .select(sql<number>`(select count(*)::integer from group_members gm where gm.group_id = g.id)`.as('members'))
    .select(runningOf(workspaceId).as('running'))
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(lower(g.name), g.id) > (cast(${after?.name} as text), ${after?.id})`),
    )
    .orderBy('sort_value')
    .orderBy('g.id')
    .limit(limit)
    .execute();

/** Nobody else changes the limit of the group before the commit. Null without one; undefined: no such group. */
export async function lockGroupLimit(tx: Database, workspaceId: string, groupId: string) {
  const group = await tx
    .selectFrom('groups')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', groupId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!group) return undefined;
  const row = await tx
    .selectFrom('cloud_group_limits')
    .select('running_at_once')
    .where('workspace_id', '=', workspaceId)
    .where('group_id', '=', groupId)
    .executeTakeFirst();
  return { name: group.name, runningAtOnce: row?.running_at_once ?? null };
}

export const upsertGroupLimit = (tx: Database, workspaceId: string, groupId: string, runningAtOnce: number) =>
  tx
    .insertInto('cloud_group_limits')
    .values({ group_id: groupId, workspace_id: workspaceId, running_at_once: runningAtOnce })
    .onConflict((conflict) => conflict.column('group_id').doUpdateSet({ running_at_once: runningAtOnce }))
    .execute();

export const deleteGroupLimit = (tx: Database, workspaceId: string, groupId: string) =>
  tx.deleteFrom('cloud_group_limits').where('workspace_id', '=', workspaceId).where('group_id', '=', groupId).execute();

export interface LimitedMembership {
  groupId: string;
  memberId: string;
  runningAtOnce: number;
}

/** Which of these members are in groups with a limit. */
export async function listLimitedMemberships(
  db: Database,
  workspaceId: string,
  memberIds: readonly string[],
): Promise<LimitedMembership[]> {
  const { rows } = await sql<LimitedMembership>`
    select l.group_id as "groupId", gm.member_id as "memberId", l.running_at_once as "runningAtOnce"
    from cloud_group_limits l join group_members gm on gm.group_id = l.group_id
    where l.workspace_id = ${workspaceId} and gm.member_id = any(${sql.val([...memberIds])}::text[])`.execute(db);
  return rows;
}

/** The limited groups of a member, by name. */
export const listGroupLimitsOf = (db: Database, workspaceId: string, memberId: string) =>
  limited(db, workspaceId)
    .innerJoin('group_members as own', (join) =>
      join.onRef('own.group_id', '=', 'l.group_id').on('own.member_id', '=', memberId),
    )
    .select(['g.name', 'l.running_at_once as runningAtOnce'])
    .select(runningOf(workspaceId).as('running'))
    .orderBy('g.name')
    .orderBy('g.id')
    .execute();
