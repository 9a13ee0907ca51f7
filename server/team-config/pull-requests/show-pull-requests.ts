import type { z } from 'zod';
import type { BundlePlace, BundlePullRequest, bundlePullRequests } from '#contract/team-config-pull-requests.ts';
import { listBranches, listRepositories, requireRepositoryAccess } from '#server/connectors/index.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { readBundle } from '../library/queries.ts';
import { type BundleTarget, diffBundle, shownFile } from './bundle-diff.ts';
import { type BundlePullRow, findPullRequest, listPullRequests } from './queries.ts';
import { refreshPullRequest } from './refresh-pull-request.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>;
type Member = Pick<SignedInMember, 'workspaceId' | 'memberId' | 'name'>;
type Preview = z.input<NonNullable<(typeof bundlePullRequests.previewPullRequest)['~orpc']['outputSchema']>>;

export const pullRequestOf = (row: BundlePullRow, repository: string): BundlePullRequest => ({
  id: row.id,
  repositoryId: row.repository_id,
  repository,
  number: row.number,
  url: row.url,
  base: row.base,
  branch: row.branch,
  state: row.state,
  version: row.version,
  openedBy: row.opened_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

/** Those that were chosen for Codex and can be written to: what is archived or out of reach is left out. */
export async function showPullRequests(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  id: string,
): Promise<{ items: BundlePullRequest[]; places: BundlePlace[] }> {
  if (!(await readBundle(db, workspaceId, id))) throw new ReeveError('not-found', { bundleId: id });
  const repositories = await listRepositories(db, workspaceId);
  const names = new Map(repositories.map((repository) => [repository.id, repository.name]));
  const places = repositories
    .filter(({ isAllowed, isArchived, state }) => isAllowed && !isArchived && state === 'connected')
    .map((repository) => ({
      id: repository.id,
      name: repository.name,
      host: new URL(repository.url).host,
      defaultBranch: repository.defaultBranch,
      hasPullRequests: repository.connectionKind === 'github',
    }));
  const rows = await listPullRequests(db, workspaceId, id);
  return { items: rows.map((row) => pullRequestOf(row, names.get(row.repository_id) ?? 'gone')), places };
}

/** Names of branches are for whoever may read the repository. @throws ReeveError what requireRepositoryAccess and listBranches throw */
export async function showBranches(
  services: Needs,
  { workspaceId, memberId, name }: Member,
  { repositoryId, search }: { repositoryId: string; search?: string | undefined },
) {
  const of = { workspaceId, repositoryId };
  await requireRepositoryAccess(services, { ...of, memberId, need: 'read', why: 'list branches' });
  const found = await listBranches(services, { ...of, search, forWhom: `${name}: list branches` });
  return { items: found.map(({ name: branch, isProtected }) => ({ name: branch, isProtected })) };
}

/** As it stands now, where it could be asked. */
export async function currentPullRequest(
  services: Needs,
  workspaceId: string,
  { id, repositoryId, forWhom }: { id: string; repositoryId: string; forWhom: string },
): Promise<BundlePullRow | null> {
  const row = await findPullRequest(services.db, workspaceId, { bundleId: id, repositoryId });
  if (!row) return null;
  return refreshPullRequest(services, row, forWhom).catch((error: unknown) => {
    if (!isReeveError(error)) throw error;
    return row;
  });
}

/** What it would change: for whoever may write there, as only they can bring it. */
export async function previewPullRequest(
  services: Needs,
  { workspaceId, memberId, name }: Member,
  target: BundleTarget,
): Promise<Preview> {
  const { id, repositoryId } = target;
  await requireRepositoryAccess(services, { workspaceId, memberId, repositoryId, need: 'write', why: 'Team Config' });
  const forWhom = `${name}: Team Config`;
  const diff = await diffBundle(services, workspaceId, { ...target, forWhom });
  const row = await currentPullRequest(services, workspaceId, { id, repositoryId, forWhom });
  const repositories = await listRepositories(services.db, workspaceId);
  const repository = repositories.find((each) => each.id === repositoryId)?.name ?? '';
  return {
    version: diff.version,
    commit: diff.base.commit,
    changes: diff.changes.map(({ path, before, after }) => ({
      path,
      before: shownFile(before),
      after: shownFile(after),
    })),
    existing: row?.state === 'open' ? pullRequestOf(row, repository) : null,
  };
}
