import { type Insertable, sql } from 'kysely';
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

/**
 * In place of the one that was there for the bundle and the repository, unless that is of a newer version. What the git server said of the
 * same one to a later question stays, and so does that it was merged.
 * @returns what stands there then
 */
export async function savePullRequest(
  tx: Database,
  row: Insertable<Tables['team_config_pull_requests']>,
): Promise<BundlePullRow> {
  const isKnownBetter = sql<boolean>`(team_config_pull_requests.number = excluded.number
    and (team_config_pull_requests.state = 'merged' or team_config_pull_requests.checked_at > excluded.checked_at))`;
  const saved = await tx
    .insertInto('team_config_pull_requests')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['bundle_id', 'repository_id'])
        .doUpdateSet(({ ref, eb }) => {
          const heard = <Column extends 'base' | 'state' | 'checked_at'>(column: Column) =>
            eb
              .case()
              .when(isKnownBetter)
              .then(ref(`team_config_pull_requests.${column}`))
              .else(ref(`excluded.${column}`))
              .end();
          return {
            base: heard('base'),
            branch: ref('excluded.branch'),
            number: ref('excluded.number'),
            url: ref('excluded.url'),
            state: heard('state'),
            version: ref('excluded.version'),
            head_sha: ref('excluded.head_sha'),
            opened_by: ref('excluded.opened_by'),
            created_at: ref('excluded.created_at'),
            updated_at: ref('excluded.updated_at'),
            checked_at: heard('checked_at'),
          };
        })
        .whereRef('team_config_pull_requests.version', '<=', 'excluded.version'),
    )
    .returningAll()
    .executeTakeFirst();
  if (saved) return saved;
  const { workspace_id, bundle_id: bundleId, repository_id: repositoryId } = row;
  return pullRequests(tx, workspace_id)
    .where('bundle_id', '=', bundleId)
    .where('repository_id', '=', repositoryId)
    .executeTakeFirstOrThrow();
}

/** An answer changes nothing when somebody asked later, or brought another since; what was merged stays so. @returns the row it changed */
export const storeNews = (
  db: Database,
  workspaceId: string,
  { id, number }: { id: string; number: number },
  { state, base, askedAt }: Pick<BundlePullRow, 'state' | 'base'> & { askedAt: Date },
): Promise<BundlePullRow | undefined> =>
  db
    .updateTable('team_config_pull_requests')
    .set((by) => ({
      state,
      base,
      checked_at: askedAt,
      updated_at: by
        .case()
        .when(by.or([by('state', '!=', state), by('base', '!=', base)]))
        .then(askedAt)
        .else(by.ref('updated_at'))
        .end(),
    }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('number', '=', number)
    .where('checked_at', '<=', askedAt)
    .where('state', '!=', 'merged')
    .returningAll()
    .executeTakeFirst();

/** How a member stands now, whatever held when their request was let in. */
export const readStanding = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('members as m')
    .select('m.status')
    .select(heldRoles('m.id', 'm.workspace_id').as('held'))
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', '=', memberId)
    .executeTakeFirst();
