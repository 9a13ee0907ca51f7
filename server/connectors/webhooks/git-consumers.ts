import type { Services } from '#server/services.ts';
import { type ConnectionRow, findConnection } from '../connections/connection-queries.ts';
import { findInstallation } from '../connections/installation-queries.ts';
import { listRepositoryIds } from '../connections/repository-list-queries.ts';
import { endRevokedLink } from '../github/link-account.ts';
import { syncGithub, syncInstallation } from '../github/sync-github.ts';
import { forgetAccess } from '../operations/believed-access.ts';
import type { DeliveryConsumer, GitDelivery } from './delivery-worker.ts';

/** What may change an installation or what it reaches. */
const installationEvents = ['installation', 'installation_repositories', 'installation_target', 'repository'];

/**
 * What may change what somebody may do: beside those above collaborators, teams and who is in an organisation. GitHub tells of those only
 * where an owner gave the app the permission to read members, which nothing here needs.
 */
const accessEvents = [...installationEvents, 'public', 'member', 'membership', 'team', 'team_add', 'organization'];

/** Between GitHub's clock and ours. */
const clocksDifferByMs = 60_000;

type Needs = Pick<Services, 'db' | 'clock' | 'secrets'>;

/**
 * GitHub is asked what there is now, whatever the delivery says happened: one that comes late would otherwise undo what came after it. Of
 * many that tell of one change, the first asks.
 */
async function askAgain(services: Needs, connection: ConnectionRow, delivery: GitDelivery): Promise<void> {
  const { installationId } = delivery;
  if (installationId === null) return syncGithub(services, connection);
  const of = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const known = await findInstallation(services.db, of, installationId);
  const couldBeKnown = delivery.at.getTime() + (delivery.isCaughtUp ? clocksDifferByMs : 0);
  const checkedMs = known?.checked_at?.getTime() ?? 0;
  if (checkedMs > couldBeKnown && checkedMs <= services.clock().getTime()) return;
  await syncInstallation(services, connection, installationId);
}

/** What members may do is asked anew: of the repository that it is about, else of all. */
async function forgetWhatHeld({ db }: Needs, connection: ConnectionRow, { repositoryId }: GitDelivery): Promise<void> {
  const of = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const ids = await listRepositoryIds(db, of.workspaceId, of.connectionId, repositoryId);
  if (ids.length > 0) forgetAccess({ repositoryIds: new Set(ids) });
}

/** What connectors themselves do with deliveries. */
export function gitConsumers(services: Needs): DeliveryConsumer[] {
  const withConnection =
    (take: (connection: ConnectionRow, delivery: GitDelivery) => Promise<void>) => async (delivery: GitDelivery) => {
      const connection = await findConnection(services.db, delivery.workspaceId, delivery.connectionId);
      if (connection) await take(connection, delivery);
    };
  const asking = withConnection((connection, delivery) => askAgain(services, connection, delivery));
  const forgetting = withConnection((connection, delivery) => forgetWhatHeld(services, connection, delivery));
  return [
    // Before GitHub is asked, which may fail.
    ...accessEvents.map((event) => ({ event, take: forgetting })),
    ...installationEvents.map((event) => ({ event, take: asking })),
    {
      event: 'github_app_authorization',
      take: withConnection(async (connection, { action, sender, at }) => {
        if (action === 'revoked' && sender) await endRevokedLink(services, connection, { externalId: sender.id, at });
      }),
    },
  ];
}
