import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface AssignmentRow {
  position: number;
  groupId: string;
  groupName: string;
  policyId: string;
  policyName: string;
}

export interface AssignmentState {
  version: number;
  fallbackPolicyId: string | null;
}

/** In order: the first whose group holds the member applies. */
export const listAssignments = (db: Database, workspaceId: string): Promise<AssignmentRow[]> =>
  db
    .selectFrom('policy_assignments as a')
    .innerJoin('groups as g', 'g.id', 'a.group_id')
    .innerJoin('policies as p', 'p.id', 'a.policy_id')
    .select([
      'a.position',
      'a.group_id as groupId',
      'g.name as groupName',
      'a.policy_id as policyId',
      'p.name as policyName',
    ])
    .where('a.workspace_id', '=', workspaceId)
    .orderBy('a.position')
    .execute();

const stateQuery = (db: Database, workspaceId: string) =>
  db
    .selectFrom('workspaces')
    .select(['policy_assignments_version as version', 'fallback_policy_id as fallbackPolicyId'])
    .where('id', '=', workspaceId);

export const readAssignmentState = (db: Database, workspaceId: string): Promise<AssignmentState> =>
  stateQuery(db, workspaceId).executeTakeFirstOrThrow();

export const lockAssignmentState = (tx: Database, workspaceId: string): Promise<AssignmentState> =>
  stateQuery(tx, workspaceId).forUpdate().executeTakeFirstOrThrow();

export async function replaceAssignments(
  tx: Database,
  workspaceId: string,
  {
    items,
    fallbackPolicyId,
    version,
  }: { items: readonly { groupId: string; policyId: string }[]; fallbackPolicyId: string | null; version: number },
): Promise<void> {
  await tx.deleteFrom('policy_assignments').where('workspace_id', '=', workspaceId).execute();
  if (items.length > 0) {
    const rows = items.map(({ groupId, policyId }, position) => ({
      workspace_id: workspaceId,
      position,
      group_id: groupId,
      policy_id: policyId,
    }));
    await tx.insertInto('policy_assignments').values(rows).execute();
  }
  await tx
    .updateTable('workspaces')
    .set({ fallback_policy_id: fallbackPolicyId, policy_assignments_version: version })
    .where('id', '=', workspaceId)
    .execute();
}

export const existingGroupIds = async (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<Set<string>> => {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('groups')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...ids])
    .execute();
  return new Set(rows.map(({ id }) => id));
};

/** Active members by the combination of groups that matters: each member's groups among those that have an assignment. */
export async function listMemberGroups(
  db: Database,
  workspaceId: string,
  groupIds: readonly string[],
): Promise<{ groupIds: string[]; members: number }[]> {
  const relevant = groupIds.length === 0 ? sql`null` : sql.join(groupIds.map((id) => sql`${id}`));
  const { rows } = await sql<{ combination: string | null; members: number }>`
    select combination, count(*) as members from (
      select m.id, string_agg(gm.group_id, ',' order by gm.group_id) as combination
      from members m left join group_members gm on gm.member_id = m.id and gm.group_id in (${relevant})
      where m.workspace_id = ${workspaceId} and m.status = 'active' group by m.id
    ) by_member group by combination`.execute(db);
  return rows.map(({ combination, members }) => ({
    groupIds: combination?.split(',') ?? [],
    members: Number(members),
  }));
}

export const listGroupIdsOfMember = async (db: Database, workspaceId: string, memberId: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('group_members')
    .select('group_id')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .execute();
  return rows.map(({ group_id }) => group_id);
};

export const readMemberByEmail = (db: Database, workspaceId: string, email: string) =>
  db
    .selectFrom('members')
    .select(['id', 'name', 'email'])
    .where('workspace_id', '=', workspaceId)
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();

export const readGroup = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('groups')
    .select(['id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
