import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** `memberId` null: all groups of the workspace. */
export const listGroupsToChoose = (db: Database, workspaceId: string, memberId: string | null) =>
  db
    .selectFrom('groups as g')
    .select(['g.id', 'g.name'])
    .where('g.workspace_id', '=', workspaceId)
    .$if(memberId !== null, (query) =>
      query.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('group_members as m')
            .select('m.member_id')
            .whereRef('m.group_id', '=', 'g.id')
            .where('m.member_id', '=', memberId ?? ''),
        ),
      ),
    )
    .orderBy(sql`lower(g.name)`)
    .limit(1000)
    .execute();

/** Held until the transaction ends, so that they are still there when an environment is shared with them. */
export const lockGroupsOf = async (tx: Database, workspaceId: string, ids: readonly string[]) =>
  ids.length === 0
    ? []
    : tx
        .selectFrom('groups')
        .select('id')
        .where('workspace_id', '=', workspaceId)
        .where('id', 'in', [...ids])
        .forKeyShare()
        .execute();

/** Runners that were heard of since. */
export const listLiveRunners = (db: Database, workspaceId: string, since: Date) =>
  db
    .selectFrom('cloud_runners')
    .select(['labels', 'drivers', 'draining_at as drainingAt'])
    .where('workspace_id', '=', workspaceId)
    .where('removed_at', 'is', null)
    .where('seen_at', '>', since)
    .execute();
