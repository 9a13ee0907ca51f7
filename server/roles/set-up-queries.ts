import type { Database } from '#server/db/open-database.ts';

export const findUnknownMembers = async (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<string[]> => {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('members')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .execute();
  const known = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
};

interface InGroup {
  workspaceId: string;
  groupId: string;
  at: Date;
}

/** False when there is one of that name. */
export const insertGroup = async (
  tx: Database,
  { id, workspaceId, name, at }: { id: string; workspaceId: string; name: string; at: Date },
): Promise<boolean> =>
  (await tx
    .insertInto('groups')
    .values({ id, workspace_id: workspaceId, name, created_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

export const addFirstMembers = async (
  tx: Database,
  { workspaceId, groupId, memberIds, at }: InGroup & { memberIds: readonly string[] },
): Promise<void> => {
  const rows = [...new Set(memberIds)].map((member_id) => ({
    workspace_id: workspaceId,
    group_id: groupId,
    member_id,
    added_at: at,
  }));
  if (rows.length > 0) await tx.insertInto('group_members').values(rows).execute();
};

export const insertGroupGrants = (tx: Database, { workspaceId, groupId, roleId, at }: InGroup & { roleId: string }) =>
  tx
    .insertInto('role_grants')
    .values({ workspace_id: workspaceId, role_id: roleId, member_id: null, group_id: groupId, granted_at: at })
    .execute();
