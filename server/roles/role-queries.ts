import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

const columns = ['id', 'name', 'description', 'permissions'] as const;

export const listCustomRoles = (db: Database, workspaceId: string) =>
  db
    .selectFrom('roles')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .orderBy((by) => by.fn<string>('lower', ['name']))
    .execute();

export type RoleRow = Awaited<ReturnType<typeof listCustomRoles>>[number];

export const findCustomRole = (db: Database, workspaceId: string, id: string): Promise<RoleRow | undefined> =>
  db
    .selectFrom('roles')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

export const isRoleNameTaken = async (
  db: Database,
  workspaceId: string,
  { name, exceptId }: { name: string; exceptId: string | null },
): Promise<boolean> =>
  (await db
    .selectFrom('roles')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .$if(exceptId !== null, (query) => query.where('id', '!=', exceptId ?? ''))
    .executeTakeFirst()) !== undefined;

interface RoleContents {
  name: string;
  description: string;
  permissions: readonly string[];
}

export const insertRole = (
  tx: Database,
  { id, workspaceId, at, permissions, ...text }: RoleContents & { id: string; workspaceId: string; at: Date },
) =>
  tx
    .insertInto('roles')
    .values({
      id,
      workspace_id: workspaceId,
      ...text,
      permissions: JSON.stringify(permissions),
      created_at: at,
      updated_at: at,
    })
    .execute();

export const updateRole = (tx: Database, id: string, { permissions, ...text }: RoleContents, at: Date) =>
  tx
    .updateTable('roles')
    .set({ ...text, permissions: JSON.stringify(permissions), updated_at: at })
    .where('id', '=', id)
    .execute();

/** With every grant of it. */
export async function deleteRole(tx: Database, workspaceId: string, id: string): Promise<void> {
  await tx.deleteFrom('role_grants').where('workspace_id', '=', workspaceId).where('role_id', '=', id).execute();
  await tx.deleteFrom('roles').where('workspace_id', '=', workspaceId).where('id', '=', id).execute();
}

/** What decides roles in a workspace changes one after the other. @returns its default role; undefined for no such workspace */
export const lockRoles = (tx: Database, workspaceId: string) =>
  tx
    .selectFrom('workspaces')
    .select('default_role_id')
    .where('id', '=', workspaceId)
    .forNoKeyUpdate()
    .executeTakeFirst();

export const findDefaultRoleId = async (db: Database, workspaceId: string): Promise<string | null> =>
  (await db.selectFrom('workspaces').select('default_role_id').where('id', '=', workspaceId).executeTakeFirst())
    ?.default_role_id ?? null;

export const updateDefaultRole = (tx: Database, workspaceId: string, roleId: string | null, at: Date) =>
  tx.updateTable('workspaces').set({ default_role_id: roleId, updated_at: at }).where('id', '=', workspaceId).execute();

/**
 * Whether a member has no role of their own and none of a group. As two anti joins: a list of everybody who has one would not fit into
 * the memory of one sort, and would be read again for each member.
 */
export const hasNoRole = (memberId: RawBuilder<unknown>): RawBuilder<boolean> => sql<boolean>`
  not exists (select 1 from role_grants g where g.member_id = ${memberId})
  and not exists (select 1 from group_members gm join role_grants g on g.group_id = gm.group_id where gm.member_id = ${memberId})`;

/** How many have each role, by which way; who was taken out by the identity provider does not count. */
export async function countRoleUse(db: Database, workspaceId: string) {
  const own = await db
    .selectFrom('role_grants as g')
    .innerJoin('members as m', 'm.id', 'g.member_id')
    .select(['g.role_id', (by) => by.fn.countAll().as('count')])
    .where('g.workspace_id', '=', workspaceId)
    .where('m.status', '!=', 'deprovisioned')
    .groupBy('g.role_id')
    .execute();
  const groups = await db
    .selectFrom('role_grants')
    .select(['role_id', (by) => by.fn.countAll().as('count')])
    .where('workspace_id', '=', workspaceId)
    .where('group_id', 'is not', null)
    .groupBy('role_id')
    .execute();
  const { rows: byGroup } = await sql<{ role_id: string; count: string | number }>`
    select pairs.role_id, count(*) as count from (
      select distinct g.role_id, gm.member_id from role_grants g join group_members gm on gm.group_id = g.group_id
      where g.workspace_id = ${workspaceId}) pairs
    where not exists (select 1 from members m where m.id = pairs.member_id and m.status = 'deprovisioned')
    group by pairs.role_id`.execute(db);
  const withoutRole = await db
    .selectFrom('members')
    .select((by) => by.fn.countAll().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('status', '!=', 'deprovisioned')
    .where(hasNoRole(sql.ref('members.id')))
    .executeTakeFirstOrThrow();
  const byRole = (rows: readonly { role_id: string; count: string | number | bigint }[]) =>
    new Map(rows.map((row) => [row.role_id, Number(row.count)]));
  return {
    own: byRole(own),
    groups: byRole(groups),
    byGroup: byRole(byGroup),
    withoutRole: Number(withoutRole.count),
  };
}
