import { sql } from 'kysely';
import { type BuiltInRole, builtInRoleNames, permissionsOf } from '#contract/built-in-roles.ts';
import { type Permission, withIncluded } from '#contract/permissions.ts';
import type { Database } from '#server/db/open-database.ts';

/** Roles that carry a permission, built in or made here. */
async function rolesWith(db: Database, workspaceId: string, permission: Permission): Promise<string[]> {
  const builtIn: string[] = builtInRoleNames.filter((name: BuiltInRole) => permissionsOf(name).has(permission));
  const custom = await db
    .selectFrom('roles')
    .select(['id', 'permissions'])
    .where('workspace_id', '=', workspaceId)
    .execute();
  const carries = (permissions: readonly string[]) => withIncluded(permissions as Permission[]).has(permission);
  return [...builtIn, ...custom.filter(({ permissions }) => carries(permissions)).map(({ id }) => id)];
}

/** Whom to tell: active members who were given the permission by a role, their own or a group's, by address. */
export async function listHolderEmails(db: Database, workspaceId: string, permission: Permission): Promise<string[]> {
  const roleIds = await rolesWith(db, workspaceId, permission);
  const { rows } = await sql<{ email: string }>`
    select distinct m.email from role_grants g
    left join group_members gm on gm.group_id = g.group_id
    join members m on m.id = coalesce(g.member_id, gm.member_id)
    where g.workspace_id = ${workspaceId} and m.status = 'active' and g.role_id = any(cast(${roleIds} as text[]))
    order by m.email`.execute(db);
  return rows.map(({ email }) => email);
}
