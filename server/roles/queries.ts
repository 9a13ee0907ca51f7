import type { Database } from '#server/db/open-database.ts';
import { heldRoles } from './held-role-queries.ts';

/** The roles a member has, by whichever way. */
export const findHeldRoles = async (db: Database, workspaceId: string, memberId: string) => {
  const row = await db
    .selectFrom('members')
    .select(heldRoles('members.id', 'members.workspace_id').as('held'))
    .where('members.workspace_id', '=', workspaceId)
    .where('members.id', '=', memberId)
    .executeTakeFirst();
  return row?.held ?? [];
};

/** Which of these ids are custom roles of the workspace. */
export const findRolesById = async (db: Database, workspaceId: string, ids: readonly string[]) =>
  ids.length === 0
    ? []
    : db
        .selectFrom('roles')
        .select(['id', 'name', 'permissions'])
        .where('workspace_id', '=', workspaceId)
        .where('id', 'in', ids)
        .execute();

export const listDirectRoles = async (db: Database, memberId: string) =>
  db
    .selectFrom('role_grants')
    .leftJoin('roles', 'roles.id', 'role_grants.role_id')
    .select(['role_grants.role_id as id', 'roles.name', 'roles.permissions'])
    .where('role_grants.member_id', '=', memberId)
    .orderBy('role_grants.role_id')
    .execute();

/** The roles a member was given, themselves or by a group: without the default role. */
export const listGrantedRoles = async (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('role_grants')
    .leftJoin('roles', 'roles.id', 'role_grants.role_id')
    .select(['role_grants.role_id as id', 'roles.permissions'])
    .where('role_grants.workspace_id', '=', workspaceId)
    .where((by) =>
      by.or([
        by('role_grants.member_id', '=', memberId),
        by(
          'role_grants.group_id',
          'in',
          by
            .selectFrom('group_members')
            .select('group_members.group_id')
            .where('group_members.member_id', '=', memberId),
        ),
      ]),
    )
    .execute();

export const deleteDirectRoles = (tx: Database, memberId: string) =>
  tx.deleteFrom('role_grants').where('member_id', '=', memberId).execute();

/** A statement's parameters are counted in 16 bits; a row has five. */
const grantsPerStatement = 10_000;

export const insertDirectRoles = async (
  tx: Database,
  {
    workspaceId,
    memberIds,
    roleIds,
    at,
  }: { workspaceId: string; memberIds: readonly string[]; roleIds: readonly string[]; at: Date },
): Promise<void> => {
  const rows = memberIds.flatMap((member_id) =>
    roleIds.map((role_id) => ({ workspace_id: workspaceId, role_id, member_id, group_id: null, granted_at: at })),
  );
  for (let from = 0; from < rows.length; from += grantsPerStatement)
    await tx
      .insertInto('role_grants')
      .values(rows.slice(from, from + grantsPerStatement))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
};

export const countActiveOwners = async (db: Database, workspaceId: string): Promise<number> => {
  const row = await db
    .selectFrom('role_grants')
    .innerJoin('members', 'members.id', 'role_grants.member_id')
    .select((by) => by.fn.countAll().as('count'))
    .where('role_grants.workspace_id', '=', workspaceId)
    .where('role_grants.role_id', '=', 'owner')
    .where('members.status', '=', 'active')
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

export const hasActiveOwner = async (db: Database): Promise<boolean> =>
  (await db
    .selectFrom('role_grants')
    .innerJoin('members', 'members.id', 'role_grants.member_id')
    .select('members.id')
    .where('role_grants.role_id', '=', 'owner')
    .where('members.status', '=', 'active')
    .limit(1)
    .executeTakeFirst()) !== undefined;
