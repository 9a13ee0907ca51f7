import { type DeliveryConsumer, findRepository, type GitDelivery } from '#server/connectors/index.ts';
import { isReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listByNumber } from './pull-request-queries.ts';
import { askAgain } from './refresh-pull-requests.ts';

/**
 * When GitHub tells of a pull request that a task opened, its state is asked for: deliveries come late, twice and out of order, and what
 * they say may be over by then.
 */
export const pullRequestConsumer = (services: Services): DeliveryConsumer => ({
  event: 'pull_request',
  async take({ workspaceId, connectionId, repository, pullRequest }: GitDelivery) {
    if (!pullRequest || repository === null) return;
    for (const pull of await listByNumber(services.db, workspaceId, pullRequest.number)) {
      const place = await findRepository(services.db, workspaceId, pull.repository_id);
      if (place?.connectionId !== connectionId || place.name.toLowerCase() !== repository.toLowerCase()) continue;
      await askAgain(services, workspaceId, pull).catch((error: unknown) => {
        // Not chosen any more: nothing is asked there, and no later try would get further.
        if (!isReeveError(error) || error.code !== 'repository-not-allowed') throw error;
      });
    }
  },
});
