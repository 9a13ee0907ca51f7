import type { Database } from '#server/db/open-database.ts';

/** What was recorded of a member since then, oldest first. */
export const listActivityOf = (
  db: Database,
  { workspaceId, memberId, since }: { workspaceId: string; memberId: string; since: Date },
) =>
  db
    .selectFrom('activity_events')
    .select(['at', 'kind', 'source', 'outcome', 'code', 'thread_id as threadId', 'client_version as clientVersion'])
    .where('workspace_id', '=', workspaceId)
    // A refused token names nobody, but is of this workspace all the same.
    .where((by) => by.or([by('member_id', '=', memberId), by('member_id', 'is', null)]))
    .where('at', '>=', since)
    .orderBy('at')
    .orderBy('seq')
    .execute();
