import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

/** A statement's parameters are counted in 16 bits; a row has 12. */
const rowsPerStatement = 1_000;

/** Writes down what a git server listed; what was listed later stays, unless it is of a time that has not come yet. */
export async function saveRepositories(
  tx: Database,
  rows: readonly Insertable<Tables['git_repositories']>[],
  at: Date,
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerStatement)
    await tx
      .insertInto('git_repositories')
      .values(rows.slice(from, from + rowsPerStatement))
      .onConflict((conflict) =>
        conflict
          .columns(['connection_id', 'external_id'])
          .doUpdateSet((by) => ({
            installation_id: by.ref('excluded.installation_id'),
            name: by.ref('excluded.name'),
            url: by.ref('excluded.url'),
            default_branch: by.ref('excluded.default_branch'),
            is_private: by.ref('excluded.is_private'),
            is_archived: by.ref('excluded.is_archived'),
            removed_at: null,
            seen_at: by.ref('excluded.seen_at'),
          }))
          .where((by) =>
            by.or([
              by('git_repositories.seen_at', '<=', by.ref('excluded.seen_at')),
              by('git_repositories.seen_at', '>', at),
            ]),
          ),
      )
      .execute();
}

/** Those of the installation that a list which was asked for then did not have. */
export const removeUnseenRepositories = (
  tx: Database,
  {
    workspaceId,
    installationId,
    askedAt,
    at,
  }: { workspaceId: string; installationId: string; askedAt: Date; at: Date },
) =>
  tx
    .updateTable('git_repositories')
    .set({ removed_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('installation_id', '=', installationId)
    .where((by) => by.or([by('seen_at', '<', askedAt), by('seen_at', '>', at)]))
    .where('removed_at', 'is', null)
    .execute();

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
const listedAtMost = 1_000;

export function listChoosable(
  db: Database,
  workspaceId: string,
  { search, show }: { search?: string | undefined; show: 'allowed' | 'all' },
) {
  let found = db
    .selectFrom('git_repositories')
    .innerJoin('git_connections', 'git_connections.id', 'git_repositories.connection_id')
    .leftJoin('git_installations', 'git_installations.id', 'git_repositories.installation_id')
    .selectAll('git_repositories')
    .select('git_installations.state as installation_state')
    .where('git_repositories.workspace_id', '=', workspaceId)
    .where('git_connections.removed_at', 'is', null);
  // A repository that is chosen and gone is shown as such; of the others only those that can be chosen.
  found =
    show === 'allowed'
      ? found.where('git_repositories.is_allowed', '=', true)
      : found.where((by) =>
          by.or([by('git_repositories.is_allowed', '=', true), by('git_repositories.removed_at', 'is', null)]),
        );
  if (search) found = found.where('git_repositories.name', 'ilike', `%${escapeLike(search)}%`);
  return found.orderBy('git_repositories.name').orderBy('git_repositories.id').limit(listedAtMost).execute();
}

export type ChoosableRow = Awaited<ReturnType<typeof listChoosable>>[number];

/** Changes those that are not so yet. @returns their names */
export const setAllowed = async (
  tx: Database,
  workspaceId: string,
  ids: readonly string[],
  isAllowed: boolean,
): Promise<string[]> => {
  if (ids.length === 0) return [];
  const rows = await tx
    .updateTable('git_repositories')
    .set({ is_allowed: isAllowed })
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .where('is_allowed', '=', !isAllowed)
    .returning('name')
    .execute();
  return rows.map(({ name }) => name).sort();
};

export const listTokenUses = (db: Database, workspaceId: string, limit: number) =>
  db
    .selectFrom('git_token_uses')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

export const deleteOldTokenUses = async (db: Database, before: Date): Promise<number> =>
  Number((await db.deleteFrom('git_token_uses').where('at', '<', before).executeTakeFirst()).numDeletedRows);

/** All of a connection, or the one that has this number at the git server. */
export const listRepositoryIds = async (
  db: Database,
  workspaceId: string,
  connectionId: string,
  externalId: string | null = null,
): Promise<string[]> => {
  let found = db
    .selectFrom('git_repositories')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId);
  if (externalId !== null) found = found.where('external_id', '=', externalId);
  return (await found.execute()).map(({ id }) => id);
};

export const listRepositoryUrls = (db: Database, workspaceId: string, connectionId: string) =>
  db
    .selectFrom('git_repositories')
    .select(['id', 'url', 'default_branch', 'names_branch'])
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .execute();

export const setDefaultBranch = (db: Database, workspaceId: string, id: string, branch: string) =>
  db
    .updateTable('git_repositories')
    .set({ default_branch: branch })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
