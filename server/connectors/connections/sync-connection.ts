import { isReeveError, ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { syncGithub } from '../github/sync-github.ts';
import { tokenPlace } from '../secret-places.ts';
import { askBranches } from './ask-remote.ts';
import { type ConnectionRow, findConnection, updateConnection } from './connection-queries.ts';
import { listRepositoryUrls, setDefaultBranch } from './repository-list-queries.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'secrets'>;

/** Whether the deploy token still works, and which branch is the default one. */
async function syncGit({ db, secrets }: Needs, connection: ConnectionRow): Promise<void> {
  const token = await secrets.open(connection.sealed_token ?? '', tokenPlace(connection.id));
  try {
    for (const { id, url, default_branch, names_branch } of await listRepositoryUrls(
      db,
      connection.workspace_id,
      connection.id,
    )) {
      const access = { url, username: connection.username ?? '', token };
      const { head, names } = await askBranches(access, names_branch ? default_branch : null);
      // The one that somebody named stays for as long as it is there.
      if (head === null || (names_branch && names.includes(default_branch))) continue;
      if (head !== default_branch) await setDefaultBranch(db, connection.workspace_id, id, head);
    }
  } catch (error) {
    if (isReeveError(error)) await updateConnection(db, connection, { problem: error.message });
    throw error;
  }
  if (connection.problem !== null) await updateConnection(db, connection, { problem: null });
}

/**
 * Asks the server what there is now. What it said wrong is kept on the connection, too.
 * @throws ReeveError git-server-failed, git-connection-failed
 */
export const syncConnection = (services: Needs, connection: ConnectionRow): Promise<void> =>
  connection.kind === 'github' ? syncGithub(services, connection) : syncGit(services, connection);

/**
 * The same for whoever looks at the connection, where a failure is seen anyway.
 * @throws ReeveError not-found
 */
export async function syncNow(services: Needs, workspaceId: string, id: string): Promise<void> {
  const connection = await findConnection(services.db, workspaceId, id);
  if (!connection) throw new ReeveError('not-found');
  await syncConnection(services, connection).catch((error: unknown) => {
    if (!isReeveError(error)) throw error;
  });
}
