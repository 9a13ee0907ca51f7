import { type DeliveryConsumer, findRepository, readPullRequest } from '#server/connectors/index.ts';
import { isReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type BundlePullRow, findPullRequest, listByNumber, storeNews } from './queries.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>;

/**
 * As the git server says now, and into which branch: people turn one there. One that it does not know any more is closed.
 * @throws ReeveError git-server-failed, repository-not-allowed
 */
export async function refreshPullRequest(services: Needs, row: BundlePullRow, forWhom: string): Promise<BundlePullRow> {
  const { workspace_id: workspaceId, bundle_id: bundleId, repository_id: repositoryId, number } = row;
  // Without a number nobody tells: the branch was pushed, and is gone on with.
  if (number === null) return row;
  const askedAt = services.clock();
  const { state, base } = await readPullRequest(services, { workspaceId, repositoryId, number, forWhom }).catch(
    (error: unknown) => {
      if (isReeveError(error) && error.code === 'not-found') return { state: 'closed' as const, base: row.base };
      throw error;
    },
  );
  const stored = await storeNews(services.db, workspaceId, { id: row.id, number }, { state, base, askedAt });
  // Somebody else knows better.
  return stored ?? (await findPullRequest(services.db, workspaceId, { bundleId, repositoryId })) ?? row;
}

/** When GitHub tells of one, its state is asked for: deliveries come late, twice and out of order. */
export const bundlePullConsumer = (services: Needs): DeliveryConsumer => ({
  event: 'pull_request',
  async take({ workspaceId, connectionId, repository, pullRequest }) {
    if (!pullRequest || repository === null) return;
    for (const row of await listByNumber(services.db, workspaceId, pullRequest.number)) {
      const place = await findRepository(services.db, workspaceId, row.repository_id);
      if (place?.connectionId !== connectionId || place.name.toLowerCase() !== repository.toLowerCase()) continue;
      await refreshPullRequest(services, row, 'Reeve: a Team Config bundle’s pull request').catch((error: unknown) => {
        // Not chosen any more: nothing is asked there, and no later try would get further.
        if (!isReeveError(error) || error.code !== 'repository-not-allowed') throw error;
      });
    }
  },
});
