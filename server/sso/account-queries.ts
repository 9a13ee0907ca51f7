import type { Database } from '#server/db/open-database.ts';

export const findLinkedMember = (db: Database, { connectionId, subject }: { connectionId: string; subject: string }) =>
  db
    .selectFrom('sso_accounts')
    .innerJoin('members', 'members.id', 'sso_accounts.member_id')
    .select(['members.id', 'members.status', 'members.email', 'members.name'])
    .where('sso_accounts.connection_id', '=', connectionId)
    .where('sso_accounts.subject', '=', subject)
    .executeTakeFirst();

/** The member with this address, and whether they have an account of the connection already. */
export const findMemberByAddress = (
  db: Database,
  { workspaceId, email, connectionId }: { workspaceId: string; email: string; connectionId: string },
) =>
  db
    .selectFrom('members')
    .leftJoin('sso_accounts', (join) =>
      join.onRef('sso_accounts.member_id', '=', 'members.id').on('sso_accounts.connection_id', '=', connectionId),
    )
    .select(['members.id', 'members.status', 'members.email', 'members.name', 'sso_accounts.subject'])
    .where('members.workspace_id', '=', workspaceId)
    .where('members.email', '=', email)
    .executeTakeFirst();

/** False when they joined, or were taken out, meanwhile; otherwise nobody does so before the transaction ends. */
export const holdInvited = async (tx: Database, memberId: string): Promise<boolean> =>
  (await tx
    .selectFrom('members')
    .select('id')
    .where('id', '=', memberId)
    .where('status', '=', 'invited')
    .forNoKeyUpdate()
    .executeTakeFirst()) !== undefined;

/** False when another sign-in linked the subject, or the member, in between. */
export const insertAccount = async (
  tx: Database,
  row: {
    connection_id: string;
    subject: string;
    workspace_id: string;
    member_id: string;
    linked_at: Date;
    last_used_at: Date;
  },
): Promise<boolean> =>
  (await tx
    .insertInto('sso_accounts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('subject')
    .executeTakeFirst()) !== undefined;

export const touchAccount = (
  tx: Database,
  { connectionId, subject, at }: { connectionId: string; subject: string; at: Date },
) =>
  tx
    .updateTable('sso_accounts')
    .set({ last_used_at: at })
    .where('connection_id', '=', connectionId)
    .where('subject', '=', subject)
    .execute();

/** For a connection that is given another identity provider: its accounts are other people. */
export const deleteAccounts = async (tx: Database, connectionId: string): Promise<number> => {
  const { numDeletedRows } = await tx
    .deleteFrom('sso_accounts')
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  return Number(numDeletedRows);
};

/** Which of these groups the member is in; those kept by provisioning are left out. */
export const listGroupsToKeepInStep = (
  tx: Database,
  { workspaceId, memberId, groupIds }: { workspaceId: string; memberId: string; groupIds: readonly string[] },
) =>
  tx
    .selectFrom('groups')
    .leftJoin('group_members', (join) =>
      join.onRef('group_members.group_id', '=', 'groups.id').on('group_members.member_id', '=', memberId),
    )
    .select(['groups.id', 'group_members.member_id'])
    .where('groups.workspace_id', '=', workspaceId)
    .where('groups.source', '=', 'manual')
    .where('groups.id', 'in', groupIds)
    .execute();
