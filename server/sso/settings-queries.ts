import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export const readRule = async (db: Database, workspaceId: string) => {
  const workspace = await db
    .selectFrom('workspaces')
    .select('sso_required')
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const owners = await db
    .selectFrom('members')
    .innerJoin('role_grants', 'role_grants.member_id', 'members.id')
    .select('members.id')
    .where('members.workspace_id', '=', workspaceId)
    .where('members.is_break_glass', '=', true)
    .where('members.status', '=', 'active')
    .where('role_grants.role_id', '=', 'owner')
    .orderBy('members.id')
    .execute();
  return { isRequired: workspace.sso_required, breakGlassOwnerIds: owners.map(({ id }) => id) };
};

export async function writeRule(
  tx: Database,
  workspaceId: string,
  { isRequired, breakGlassOwnerIds }: { isRequired: boolean; breakGlassOwnerIds: readonly string[] },
): Promise<void> {
  await tx.updateTable('workspaces').set({ sso_required: isRequired }).where('id', '=', workspaceId).execute();
  const isChosen =
    breakGlassOwnerIds.length === 0 ? sql<boolean>`false` : sql<boolean>`id in (${sql.join(breakGlassOwnerIds)})`;
  await tx
    .updateTable('members')
    .set({ is_break_glass: isChosen })
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`is_break_glass <> ${isChosen}`)
    .execute();
}

/** Who of these could sign in as a break-glass owner: active, an owner, with a password. */
export const listPossibleBreakGlass = (db: Database, workspaceId: string, ids: readonly string[]) =>
  ids.length === 0
    ? []
    : db
        .selectFrom('members')
        .leftJoin('role_grants', (join) =>
          join.onRef('role_grants.member_id', '=', 'members.id').on('role_grants.role_id', '=', 'owner'),
        )
        .select(['members.id', 'members.name', 'members.status', 'role_grants.role_id'])
        .select((by) => by('members.password_hash', 'is not', null).as('has_password'))
        .where('members.workspace_id', '=', workspaceId)
        .where('members.id', 'in', ids)
        .execute();

/** Active members who have no enabled connection: neither by their domain nor by an account they used before. */
const lockedOut = (db: Database, workspaceId: string, breakGlassOwnerIds: readonly string[]) =>
  db
    .selectFrom('members')
    .where('members.workspace_id', '=', workspaceId)
    .where('members.status', '=', 'active')
    .$if(breakGlassOwnerIds.length > 0, (query) => query.where('members.id', 'not in', breakGlassOwnerIds))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('email_domains')
            .innerJoin('sso_connections', 'sso_connections.id', 'email_domains.connection_id')
            .select('email_domains.id')
            .whereRef('email_domains.workspace_id', '=', 'members.workspace_id')
            .where('email_domains.status', '=', 'verified')
            .where('sso_connections.status', '=', 'enabled')
            .where(sql<boolean>`email_domains.domain = split_part(members.email, '@', 2)`),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('sso_accounts')
            .innerJoin('sso_connections', 'sso_connections.id', 'sso_accounts.connection_id')
            .select('sso_accounts.subject')
            .whereRef('sso_accounts.member_id', '=', 'members.id')
            .where('sso_connections.status', '=', 'enabled'),
        ),
      ),
    );

export async function readLockedOut(
  db: Database,
  workspaceId: string,
  { breakGlassOwnerIds, limit }: { breakGlassOwnerIds: readonly string[]; limit: number },
) {
  const query = lockedOut(db, workspaceId, breakGlassOwnerIds);
  const { count } = await query.select((by) => by.fn.countAll().as('count')).executeTakeFirstOrThrow();
  const first = await query
    .select(['members.id', 'members.name', 'members.email'])
    .orderBy('members.email')
    .limit(limit)
    .execute();
  return { first, count: Number(count) };
}
