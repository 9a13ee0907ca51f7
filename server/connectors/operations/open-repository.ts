import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type ConnectionRow, findConnection } from '../connections/connection-queries.ts';
import { findRepository, type RepositoryRow } from '../repository-queries.ts';
import { findPlace } from './place-queries.ts';

/** A repository that may be used, with where it is. Rows hold sealed secrets: nothing of it leaves this folder. */
export interface OpenedRepository {
  repository: RepositoryRow;
  connection: ConnectionRow;
  /** Its number at the git server. */
  externalId: string;
  /** GitHub's number of the installation; null at another git server. */
  installationId: string | null;
}

export interface RepositoryRef {
  workspaceId: string;
  repositoryId: string;
}

const unusable = {
  suspended: 'was suspended on GitHub. Whoever owns the organisation there takes it up again.',
  removed: 'no longer reaches this repository. Whoever manages connectors sees why under GitHub.',
} as const;

/** @throws ReeveError not-found; repository-not-allowed: not chosen for environments, or its connection was suspended or removed */
export async function openRepository(
  { db }: Pick<Services, 'db'>,
  { workspaceId, repositoryId }: RepositoryRef,
): Promise<OpenedRepository> {
  const repository = await findRepository(db, workspaceId, repositoryId);
  if (!repository) throw new ReeveError('not-found', { repositoryId });
  const details = { repositoryId, repository: repository.name };
  if (repository.state !== 'connected')
    throw new ReeveError('repository-not-allowed', details, {
      message: `The connection to ${repository.name} ${unusable[repository.state]}`,
    });
  if (!repository.isAllowed) throw new ReeveError('repository-not-allowed', details);
  const connection = await findConnection(db, workspaceId, repository.connectionId);
  const place = await findPlace(db, workspaceId, repositoryId);
  if (!connection || !place) throw new ReeveError('not-found', { repositoryId });
  return { repository, connection, externalId: place.externalId, installationId: place.installationId };
}

/** As one clones it. */
export const cloneUrl = ({ repository, connection }: Pick<OpenedRepository, 'repository' | 'connection'>): string =>
  connection.kind === 'github' && !repository.url.endsWith('.git') ? `${repository.url}.git` : repository.url;

export const hostOf = ({ repository }: Pick<OpenedRepository, 'repository'>): string => new URL(repository.url).host;

/** `owner/name` in two. */
export function ownerAndName({ repository }: Pick<OpenedRepository, 'repository'>): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.name.split('/');
  return { owner, repo };
}
