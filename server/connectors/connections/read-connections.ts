import type { GitConnection, GitInstallation } from '#contract/git-servers.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { canCallBack, hookPath, installUrlOf, isHostedByGithub, manageUrlOf } from '../github/addresses.ts';
import { missingPermissions } from '../github/manifest.ts';
import { countDeliveries } from '../webhooks/delivery-queries.ts';
import { type ConnectionRow, listConnections } from './connection-queries.ts';
import { type InstallationWithCount, listInstallations } from './installation-queries.ts';

type Needs = Pick<Services, 'db' | 'origin'>;
type Counts = Awaited<ReturnType<typeof countDeliveries>>[number];

/** The app's page: on github.com below /apps, on Enterprise Server below /github-apps. */
const appUrlOf = ({ base_url, app_slug }: ConnectionRow): string | null => {
  if (app_slug === null) return null;
  return `${base_url}/${isHostedByGithub(base_url) ? 'apps' : 'github-apps'}/${app_slug}`;
};

const asInstallation = (row: InstallationWithCount, { base_url }: ConnectionRow): GitInstallation => ({
  id: row.id,
  account: row.account,
  accountKind: row.account_kind,
  selection: row.selection,
  state: row.state,
  since: row.since.toISOString(),
  repositories: Number(row.repositories),
  missingPermissions: row.state === 'removed' ? [] : missingPermissions(row.permissions),
  manageUrl: manageUrlOf(base_url, { account: row.account, kind: row.account_kind, externalId: row.external_id }),
  checkedAt: row.checked_at?.toISOString() ?? null,
});

function webhookOf(row: ConnectionRow, origin: string, counts: Counts | undefined): GitConnection['webhook'] {
  if (row.sealed_webhook_secret === null || !canCallBack(row.base_url, origin)) return null;
  return {
    url: `${origin}${hookPath(row.id)}`,
    lastAt: counts?.last_at?.toISOString() ?? null,
    received: Number(counts?.received ?? 0),
    refused: Number(counts?.refused ?? 0),
    failed: Number(counts?.failed ?? 0),
    formerSecretUntil: row.former_webhook_secret_until?.toISOString() ?? null,
    caughtUpAt: row.caught_up_at?.toISOString() ?? null,
    problem: row.webhook_problem,
  };
}

function asConnection(
  row: ConnectionRow,
  {
    origin,
    installations,
    counts,
  }: { origin: string; installations: InstallationWithCount[]; counts?: Counts | undefined },
): GitConnection {
  const isInstalled = row.kind === 'git' || installations.some(({ state }) => state !== 'removed');
  const appUrl = appUrlOf(row);
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    baseUrl: row.base_url,
    appSlug: row.app_slug,
    appUrl,
    installUrl: appUrl && installUrlOf(appUrl),
    state: row.problem !== null ? 'failing' : isInstalled ? 'connected' : 'waiting',
    problem: row.problem,
    installations: installations.map((each) => asInstallation(each, row)),
    webhook: webhookOf(row, origin, counts),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

export async function readConnections({ db, origin }: Needs, workspaceId: string): Promise<GitConnection[]> {
  const rows = await listConnections(db, workspaceId);
  const installations = await listInstallations(db, workspaceId);
  const counts = await countDeliveries(db, workspaceId);
  return rows.map((row) =>
    asConnection(row, {
      origin,
      installations: installations.filter(({ connection_id }) => connection_id === row.id),
      counts: counts.find(({ connection_id }) => connection_id === row.id),
    }),
  );
}

/** @throws ReeveError not-found */
export async function readConnection(services: Needs, workspaceId: string, id: string): Promise<GitConnection> {
  const found = (await readConnections(services, workspaceId)).find((connection) => connection.id === id);
  if (!found) throw new ReeveError('not-found');
  return found;
}
