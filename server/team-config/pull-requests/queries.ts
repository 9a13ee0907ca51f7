import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { heldRoles } from '#server/roles/index.ts';

const pullRequests = (db: Database, workspaceId: string) =>
  db.selectFrom('team_config_pull_requests').selectAll().where('workspace_id', '=', workspaceId);

export const listPullRequests = (db: Database, workspaceId: string, bundleId: string) =>
  pullRequests(db, workspaceId).where('bundle_id', '=', bundleId).orderBy('updated_at', 'desc').orderBy('id').execute();

export type BundlePullRow = Awaited<ReturnType<typeof listPullRequests>>[number];

export const findPullRequest = (
  db: Database,
  workspaceId: string,
  { bundleId, repositoryId }: { bundleId: string; repositoryId: string },
) =>
  pullRequests(db, workspaceId)
    .where('bundle_id', '=', bundleId)
    .where('repository_id', '=', repositoryId)
    .executeTakeFirst();

export const listByNumber = (db: Database, workspaceId: string, number: number) =>
  pullRequests(db, workspaceId).where('number', '=', number).execute();

/** In place of the one that was there for the bundle and the repository. */
export const savePullRequest = (tx: Database, row: Insertable<Tables['team_config_pull_requests']>) =>
  tx
    .insertInto('team_config_pull_requests')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['bundle_id', 'repository_id']).doUpdateSet(({ ref }) => ({
        base: ref('excluded.base'),
        branch: ref('excluded.branch'),
        number: ref('excluded.number'),
        url: ref('excluded.url'),
        state: ref('excluded.state'),
        version: ref('excluded.version'),
        head_sha: ref('excluded.head_sha'),
        opened_by: ref('excluded.opened_by'),
        created_at: ref('excluded.created_at'),
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();

export const setPullRequestState = (
  db: Database,
  workspaceId: string,
  { id, number, state, base, at }: Pick<BundlePullRow, 'id' | 'state' | 'base'> & { number: number; at: Date },
) =>
  db
    .updateTable('team_config_pull_requests')
    .set({ state, base, updated_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('number', '=', number)
    .where((by) => by.or([by('state', '!=', state), by('base', '!=', base)]))
    .execute();

/** How a member stands now, whatever held when their request was let in. */
export const readStanding = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('members as m')
    .select('m.status')
    .select(heldRoles('m.id', 'm.workspace_id').as('held'))
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', '=', memberId)
    .executeTakeFirst();
