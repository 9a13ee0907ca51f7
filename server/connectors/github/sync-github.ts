import type { App } from 'octokit';
import { isReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type ConnectionRow, updateConnection } from '../connections/connection-queries.ts';
import { listPresentInstallations } from '../connections/installation-queries.ts';
import { applyInstallation } from './apply-installation.ts';
import { askInstallation, askInstallations, askRepositories, type FoundInstallation } from './ask-installations.ts';
import { asGitServerError, isNotFound, openApp } from './open-app.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'secrets'>;

/** Asks what the installation may reach, and writes down both. */
async function syncFound(
  services: Needs,
  app: App,
  {
    connection,
    externalId,
    askedAt,
    found,
  }: {
    connection: ConnectionRow;
    externalId: string;
    askedAt: Date;
    found: FoundInstallation | null;
  },
): Promise<void> {
  const repositories =
    found && !found.isSuspended
      ? await askRepositories(services, app, { connection, externalId, account: found.account })
      : null;
  const at = services.clock();
  await services.db
    .transaction()
    .execute((tx) => applyInstallation(tx, connection, { externalId, askedAt, at, found, repositories }));
}

/** Keeps what the server said wrong on the connection, where the page shows it. */
async function noting(services: Needs, connection: ConnectionRow, ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (cause) {
    const error = asGitServerError(cause, connection);
    if (isReeveError(error)) await updateConnection(services.db, connection, { problem: error.message });
    throw error;
  }
  if (connection.problem !== null) await updateConnection(services.db, connection, { problem: null });
}

/**
 * Asks GitHub for all installations of the app and what each may reach.
 * @throws ReeveError git-server-failed; it is kept on the connection, too
 */
export const syncGithub = (services: Needs, connection: ConnectionRow): Promise<void> =>
  noting(services, connection, async () => {
    const app = await openApp(services, connection);
    const askedAt = services.clock();
    const { data: about } = await app.octokit.request('GET /app');
    // Whoever owns the app may rename it.
    if (about?.slug && about.slug !== connection.app_slug)
      await updateConnection(services.db, connection, { app_slug: about.slug, name: about.name });
    const all = await askInstallations(app);
    for (const found of all)
      await syncFound(services, app, { connection, externalId: found.externalId, askedAt, found });
    const listed = new Set(all.map(({ externalId }) => externalId));
    const of = { workspaceId: connection.workspace_id, connectionId: connection.id };
    for (const { external_id } of await listPresentInstallations(services.db, of))
      if (!listed.has(external_id))
        await syncFound(services, app, { connection, externalId: external_id, askedAt, found: null });
  });

/**
 * The same for one installation.
 * @throws ReeveError git-server-failed
 */
export const syncInstallation = (services: Needs, connection: ConnectionRow, externalId: string): Promise<void> =>
  noting(services, connection, async () => {
    const app = await openApp(services, connection);
    const askedAt = services.clock();
    const found = await askInstallation(app, externalId).catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
    await syncFound(services, app, { connection, externalId, askedAt, found });
  });
