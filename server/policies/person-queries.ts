import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

export const listReceiptsOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('policy_receipts')
    .select([
      'policy_key',
      'policy_id',
      'revision',
      'client',
      'client_version',
      'form',
      'first_at',
      'last_at',
      'fetches',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('first_at')
    .execute();
