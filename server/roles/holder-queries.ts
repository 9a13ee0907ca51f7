import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { hasNoRole } from './role-queries.ts';

export interface HolderPage {
  roleId: string;
  isDefault: boolean;
  search?: string | undefined;
  after: { value: string; id: string } | null;
  limit: number;
}

/** Members who have a role by whichever way, by name; one row more than the limit, when there is one. */
export const listHolders = (
  db: Database,
  workspaceId: string,
  { roleId, isDefault, search, after, limit }: HolderPage,
) =>
  db
    .selectFrom('members')
    .select([
      'members.id',
      'members.name',
      'members.email',
      'members.status',
      sql<string>`lower(members.name)`.as('sort_value'),
      sql<boolean>`exists (select 1 from role_grants g where g.member_id = members.id and g.role_id = ${roleId})`.as(
        'has_own',
      ),
      sql<{ id: string; name: string }[]>`(
        select coalesce(json_agg(json_build_object('id', gr.id, 'name', gr.name) order by lower(gr.name)), '[]'::json)
        from group_members gm join role_grants g on g.group_id = gm.group_id join groups gr on gr.id = gm.group_id
        where gm.member_id = members.id and g.role_id = ${roleId})`.as('by_groups'),
    ])
    .where('members.workspace_id', '=', workspaceId)
    .where('members.status', '!=', 'deprovisioned')
    .where((by) =>
      by.or([
        sql<boolean>`exists (select 1 from role_grants g where g.member_id = members.id and g.role_id = ${roleId})`,
        sql<boolean>`exists (select 1 from group_members gm join role_grants g on g.group_id = gm.group_id where gm.member_id = members.id and g.role_id = ${roleId})`,
        ...(isDefault ? [hasNoRole(sql.ref('members.id'))] : []),
      ]),
    )
    .$if(search !== undefined && search !== '', (query) =>
      query.where(
        sql<boolean>`strpos(lower(members.name) || ' ' || members.email, ${(search ?? '').toLowerCase()}) > 0`,
      ),
    )
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(lower(members.name), members.id) > (cast(${after?.value} as text), ${after?.id})`),
    )
    .orderBy(sql`lower(members.name)`)
    .orderBy('members.id')
    .limit(limit + 1)
    .execute();

/** The first 100 by name. */
export const listGroupsWithRole = (db: Database, workspaceId: string, roleId: string) =>
  db
    .selectFrom('role_grants')
    .innerJoin('groups', 'groups.id', 'role_grants.group_id')
    .select(['groups.id', 'groups.name'])
    .where('role_grants.workspace_id', '=', workspaceId)
    .where('role_grants.role_id', '=', roleId)
    .orderBy((by) => by.fn<string>('lower', ['groups.name']))
    .limit(100)
    .execute();

export const findGroupName = async (db: Database, workspaceId: string, id: string): Promise<string | undefined> =>
  (
    await db
      .selectFrom('groups')
      .select('name')
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .executeTakeFirst()
  )?.name;

export const findMemberStatus = async (db: Database, workspaceId: string, id: string) =>
  (
    await db
      .selectFrom('members')
      .select('status')
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .executeTakeFirst()
  )?.status;

export const listGroupRoles = (db: Database, workspaceId: string, groupIds: readonly string[]) =>
  groupIds.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('role_grants as g')
        .leftJoin('roles', 'roles.id', 'g.role_id')
        .select(['g.group_id', 'g.role_id as id', 'roles.name', 'roles.permissions'])
        .where('g.workspace_id', '=', workspaceId)
        .where('g.group_id', 'in', groupIds)
        .orderBy('g.role_id')
        .execute();

/** Each role of a member with the way they have it; the default role when there is no other. */
export const listWays = async (db: Database, workspaceId: string, memberId: string) => {
  const { rows } = await sql<{
    id: string;
    name: string | null;
    permissions: string[] | null;
    kind: 'own' | 'group' | 'default';
    group_id: string | null;
    group_name: string | null;
  }>`
    with ways as (
      select g.role_id, 'own' as kind, null as group_id, null as group_name from role_grants g where g.member_id = ${memberId}
      union all
      select g.role_id, 'group', gr.id, gr.name
      from group_members gm join role_grants g on g.group_id = gm.group_id join groups gr on gr.id = gm.group_id
      where gm.member_id = ${memberId}
    ), those as (
      select role_id, kind, group_id, group_name from ways
      union all
      select w.default_role_id, 'default', null, null from workspaces w
      where w.id = ${workspaceId} and w.default_role_id is not null and not exists (select 1 from ways)
    )
    select those.role_id as id, roles.name, roles.permissions, those.kind, those.group_id, those.group_name
    from those left join roles on roles.id = those.role_id and roles.workspace_id = ${workspaceId}
    order by case those.kind when 'own' then 0 when 'group' then 1 else 2 end, lower(those.group_name), those.role_id`.execute(
    db,
  );
  return rows;
};

export const readToggles = (db: Database, workspaceId: string) =>
  db
    .selectFrom('workspaces')
    .select([
      'codex_local_enabled as codexLocalEnabled',
      'device_code_enabled as deviceCodeEnabled',
      'codex_cloud_enabled as codexCloudEnabled',
    ])
    .where('id', '=', workspaceId)
    .executeTakeFirst();

export const replaceGroupRoles = async (
  tx: Database,
  { workspaceId, groupId, roleIds, at }: { workspaceId: string; groupId: string; roleIds: readonly string[]; at: Date },
): Promise<void> => {
  await tx.deleteFrom('role_grants').where('group_id', '=', groupId).execute();
  if (roleIds.length > 0)
    await tx
      .insertInto('role_grants')
      .values(
        roleIds.map((role_id) => ({
          workspace_id: workspaceId,
          role_id,
          member_id: null,
          group_id: groupId,
          granted_at: at,
        })),
      )
      .execute();
};
