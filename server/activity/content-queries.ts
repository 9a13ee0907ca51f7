import type { Database } from '#server/db/open-database.ts';

export const listSealedContent = (db: Database, workspaceId: string, eventIds: readonly string[]) =>
  db
    .selectFrom('activity_content')
    .select(['event_id', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('event_id', 'in', eventIds)
    .execute();
