import { type RawBuilder, sql } from 'kysely';
import type { HeldRole } from './held-roles.ts';

/**
 * The roles of a member, their own and those of their groups, as a column of any query that knows the member; the default role when
 * there is none. One more look-up by index, no further round trip.
 */
export const heldRoles = (memberId: string, workspaceId: string): RawBuilder<HeldRole[]> => sql<HeldRole[]>`(
  with held as (
    select g.role_id from role_grants g where g.member_id = ${sql.ref(memberId)}
    union
    select g.role_id from group_members gm join role_grants g on g.group_id = gm.group_id where gm.member_id = ${sql.ref(memberId)}
  ), those as (
    select role_id from held
    union all
    select w.default_role_id from workspaces w where w.id = ${sql.ref(workspaceId)} and w.default_role_id is not null and not exists (select 1 from held)
  )
  select coalesce(json_agg(json_build_object('id', those.role_id, 'name', roles.name, 'permissions', roles.permissions) order by those.role_id), '[]'::json)
  from those left join roles on roles.id = those.role_id and roles.workspace_id = ${sql.ref(workspaceId)})`;

/** The roles a member has themselves, as a column. */
export const directRoles = (memberId: string): RawBuilder<HeldRole[]> => sql<HeldRole[]>`(
  select coalesce(json_agg(json_build_object('id', g.role_id, 'name', roles.name, 'permissions', roles.permissions) order by g.role_id), '[]'::json)
  from role_grants g left join roles on roles.id = g.role_id where g.member_id = ${sql.ref(memberId)})`;
