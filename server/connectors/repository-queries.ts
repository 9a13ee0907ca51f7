import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface RepositoryRow {
  id: string;
  connectionId: string;
  /** `github` is GitHub through an app; `git` any other server with a deploy token. */
  connectionKind: 'github' | 'git';
  installationId: string | null;
  /** `owner/name`; of another git server its path. */
  name: string;
  url: string;
  defaultBranch: string;
  isPrivate: boolean;
  isArchived: boolean;
  /** Chosen for environments. */
  isAllowed: boolean;
  state: 'connected' | 'suspended' | 'removed';
}

const state = sql<RepositoryRow['state']>`case
  when r.removed_at is not null or c.removed_at is not null or i.state = 'removed' then 'removed'
  when i.state = 'suspended' then 'suspended'
  else 'connected' end`;

const repositories = (db: Database, workspaceId: string) =>
  db
    .selectFrom('git_repositories as r')
    .innerJoin('git_connections as c', 'c.id', 'r.connection_id')
    .leftJoin('git_installations as i', 'i.id', 'r.installation_id')
    .select([
      'r.id',
      'r.connection_id as connectionId',
      'c.kind as connectionKind',
      'r.installation_id as installationId',
      'r.name',
      'r.url',
      'r.default_branch as defaultBranch',
      'r.is_private as isPrivate',
      'r.is_archived as isArchived',
      'r.is_allowed as isAllowed',
      state.as('state'),
    ])
    .where('r.workspace_id', '=', workspaceId);

/** All that are known, also those that are gone: environments may still name them. */
export const listRepositories = (db: Database, workspaceId: string): Promise<RepositoryRow[]> =>
  repositories(db, workspaceId).orderBy('r.name').orderBy('r.id').execute();

export const findRepository = (
  db: Database,
  workspaceId: string,
  repositoryId: string,
): Promise<RepositoryRow | undefined> =>
  repositories(db, workspaceId).where('r.id', '=', repositoryId).executeTakeFirst();
