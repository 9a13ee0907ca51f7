import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { readServerUrl } from '../github/addresses.ts';
import { tokenPlace } from '../secret-places.ts';
import { askDefaultBranch } from './ask-remote.ts';
import { findConnection, insertConnection, lockConnection, updateConnection } from './connection-queries.ts';
import { listRepositoryUrls, saveRepositories } from './repository-list-queries.ts';

export interface NewGitConnection {
  name: string;
  url: string;
  username: string;
  token: string;
  defaultBranch?: string | undefined;
}

/** `group/project` of `https://git.example.com/group/project.git` */
const repositoryName = (url: string): string =>
  decodeURIComponent(new URL(url).pathname)
    .replace(/^\/+/, '')
    .replace(/\.git$/, '') || new URL(url).host;

/**
 * Connects one repository of any git server with a deploy token. Connecting it is choosing it.
 * @returns the id of the connection
 * @throws ReeveError bad-input, git-connection-failed with what the server said
 */
export async function connectGit(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  member: ActingMember,
  asked: NewGitConnection,
): Promise<string> {
  const url = readServerUrl(asked.url);
  const { name, username, token } = asked;
  const told = await askDefaultBranch({ url, username, token });
  const defaultBranch = asked.defaultBranch ?? told;
  if (defaultBranch === null)
    throw new ReeveError(
      'git-connection-failed',
      {},
      { message: 'The server does not say which branch is the default one. Name it.' },
    );
  const id = newId('git');
  const sealedToken = await secrets.seal(token, tokenPlace(id));
  const of = { workspace_id: member.workspaceId, removed_at: null };
  await db.transaction().execute(async (tx) => {
    const at = clock();
    await insertConnection(tx, {
      ...{ id, ...of, kind: 'git', name, base_url: new URL(url).origin, api_url: null, app_id: null, app_slug: null },
      ...{ client_id: null, username, sealed_private_key: null, sealed_client_secret: null },
      ...{ sealed_webhook_secret: null, sealed_token: sealedToken, problem: null, caught_up_at: null },
      ...{ webhook_problem: null, created_by: member.label, created_at: at },
    });
    await saveRepositories(
      tx,
      [
        {
          ...{ id: newId('rep'), ...of, connection_id: id, installation_id: null, external_id: url, url },
          ...{
            name: repositoryName(url),
            default_branch: defaultBranch,
            is_private: true,
            is_allowed: true,
            seen_at: at,
          },
        },
      ],
      at,
    );
    await record(tx, member.actor, 'git.connected', {
      at,
      subject: { kind: 'git-connection', id, label: name },
      after: { kind: 'git', url, username, defaultBranch },
    });
  });
  return id;
}

/**
 * Tokens end, and environments that use the repository stay: the new one is tried and takes the place of the old.
 * @throws ReeveError not-found: no such connection, or one of GitHub; git-connection-failed: the old one stays
 */
export async function replaceToken(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  { workspaceId, actor }: ActingMember,
  { id, token, username }: { id: string; token: string; username?: string | undefined },
): Promise<void> {
  const found = await findConnection(db, workspaceId, id);
  if (found?.kind !== 'git') throw new ReeveError('not-found');
  const user = username ?? found.username ?? '';
  for (const { url } of await listRepositoryUrls(db, workspaceId, id))
    await askDefaultBranch({ url, username: user, token });
  const sealedToken = await secrets.seal(token, tokenPlace(id));
  await db.transaction().execute(async (tx) => {
    const connection = await lockConnection(tx, workspaceId, id);
    if (!connection) throw new ReeveError('not-found');
    await updateConnection(tx, connection, { sealed_token: sealedToken, username: user, problem: null });
    await record(tx, actor, 'git.token-replaced', {
      at: clock(),
      subject: { kind: 'git-connection', id, label: connection.name },
      before: { username: connection.username },
      after: { username: user },
    });
  });
}
