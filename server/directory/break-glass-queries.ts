import type { Database } from '#server/db/open-database.ts';

/** True when single sign-on is required and nobody is left who may sign in past it. */
export const lacksBreakGlassOwner = async (db: Database, workspaceId: string): Promise<boolean> =>
  (await db
    .selectFrom('workspaces')
    .select('workspaces.id')
    .where('workspaces.id', '=', workspaceId)
    .where('workspaces.sso_required', '=', true)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('members')
            .innerJoin('role_grants', 'role_grants.member_id', 'members.id')
            .select('members.id')
            .whereRef('members.workspace_id', '=', 'workspaces.id')
            .where('members.status', '=', 'active')
            .where('members.is_break_glass', '=', true)
            .where('members.password_hash', 'is not', null)
            .where('role_grants.role_id', '=', 'owner'),
        ),
      ),
    )
    .executeTakeFirst()) !== undefined;
