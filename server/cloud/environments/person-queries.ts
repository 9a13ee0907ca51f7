import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

/** Environments that a member made, also those that were deleted. What they wrote in them is the workspace's. */
export const listMadeBy = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('cloud_environments')
    .select(['id', 'label', 'sharing', 'created_at', 'updated_at', 'deleted_at'])
    .where('workspace_id', '=', workspaceId)
    .where('creator_id', '=', memberId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export const listPinsOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('cloud_environment_pins')
    .select('environment_id')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('environment_id')
    .execute();
