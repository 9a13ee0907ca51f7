import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { keepOrder } from './state-queries.ts';

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
  baselinePolicyId: string | null;
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

export const isInOrder = async (db: Database, workspaceId: string, groupId: string): Promise<boolean> =>
  (await db
    .selectFrom('policy_assignments')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .where('group_id', '=', groupId)
    .executeTakeFirst()) !== undefined;

export const readAssignmentState = (db: Database, workspaceId: string): Promise<AssignmentState> =>
  db
    .selectFrom('workspaces')
    .select([
      'policy_assignments_version as version',
      'fallback_policy_id as fallbackPolicyId',
      'baseline_policy_id as baselinePolicyId',
    ])
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();

export interface OrderPlan {
  items: readonly { groupId: string; policyId: string }[];
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
}

/** The whole order at once, kept under its version. Call it while holding `lockPolicyState`. */
export async function replaceAssignments(
  tx: Database,
  workspaceId: string,
  { items, fallbackPolicyId, baselinePolicyId, version }: OrderPlan & { version: number },
): Promise<void> {
  await tx.deleteFrom('policy_assignments').where('workspace_id', '=', workspaceId).execute();
  // One JSON text: as rows of parameters, 10,000 rules would not fit into a statement.
  await sql`
    insert into policy_assignments (workspace_id, position, group_id, policy_id)
    select ${workspaceId}, place - 1, value ->> 'groupId', value ->> 'policyId'
    from jsonb_array_elements(${JSON.stringify(items)}::jsonb) with ordinality as rules (value, place)`.execute(tx);
  await tx
    .updateTable('workspaces')
    .set({
      fallback_policy_id: fallbackPolicyId,
      baseline_policy_id: baselinePolicyId,
      policy_assignments_version: version,
    })
    .where('id', '=', workspaceId)
    .execute();
  await keepOrder(tx, workspaceId);
}

/** Active members by the group that decides for them, where one does. */
export async function countMembersByRule(db: Database, workspaceId: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ groupId: string; members: number }>`
    select a.group_id as "groupId", count(*) as members
    from policy_assignments a join (
      select gm.member_id, min(a.position) as position
      from policy_assignments a
      join group_members gm on gm.group_id = a.group_id
      join members m on m.id = gm.member_id
      where a.workspace_id = ${workspaceId} and m.status = 'active'
      group by gm.member_id
    ) decided on decided.position = a.position
    where a.workspace_id = ${workspaceId} group by a.group_id`.execute(db);
  return new Map(rows.map(({ groupId, members }) => [groupId, Number(members)]));
}

/** Active members that are in none of these groups. */
export async function countOutside(db: Database, workspaceId: string, groupIds: readonly string[]): Promise<number> {
  const { rows } = await sql<{ members: number }>`
    select count(*) as members from members m where m.workspace_id = ${workspaceId} and m.status = 'active'
      and m.id not in (select member_id from group_members
        where workspace_id = ${workspaceId} and group_id = any(cast(${[...groupIds]} as text[])))`.execute(db);
  return Number(rows[0]?.members ?? 0);
}

/** Every policy that is not deleted; `revision` 0: never published. */
export const listPolicyRevisions = (db: Database, workspaceId: string) =>
  db
    .selectFrom('policies')
    .select(['id', 'name', 'revision'])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .execute();

/** The document of every policy that was ever published, as it holds now. */
export const listPublishedDocuments = (db: Database, workspaceId: string) =>
  db
    .selectFrom('policies')
    .select([
      'id as policyId',
      'name',
      'revision',
      'contents',
      'defaults',
      'contact',
      'explains_rules as explainsRules',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .where('revision', '>', 0)
    .execute();
