import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

export const listProvisioningOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('scim_users')
    .select(['user_name', 'external_id', 'active', 'attributes', 'updated_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .execute();

export const isOnHold = async (tx: Database, workspaceId: string, memberId: string): Promise<boolean> => {
  const row = await tx
    .selectFrom('compliance_holds')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('lifted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
};
