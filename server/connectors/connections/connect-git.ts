import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { tokenPlace } from '../secret-places.ts';
import { askBranches, type RemoteAccess, type RemoteBranches } from './ask-remote.ts';
import { findConnection, insertConnection, lockConnection, updateConnection } from './connection-queries.ts';
import { listRepositoryUrls, saveRepositories } from './repository-list-queries.ts';
import { readRepositoryUrl } from './repository-url.ts';

export interface NewGitConnection {
  name: string;
  url: string;
  username: string;
  token: string;
  defaultBranch?: string | undefined;
}

const namedAtMost = 10;

/** `main, next and 3 more` */
function listed(names: readonly string[]): string {
  const rest = names.length - namedAtMost;
  const shown = names.slice(0, namedAtMost).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

/** Which branch it is about is told at its field. */
const refuseBranch = (message: string, path: string[] = []) =>
  new ReeveError('git-connection-failed', { said: message, issues: [{ path, message }] }, { message });

/** What to choose from, in words; more than can be sent are not named. */
const choices = (access: RemoteAccess): Promise<RemoteBranches['names'] | null> =>
  askBranches(access, '').then(
    ({ names }) => names,
    () => null,
  );

/** The one that was named, if it is there; else the server's. @throws ReeveError git-connection-failed */
async function chooseBranch(access: RemoteAccess, repository: string, wanted: string | undefined): Promise<string> {
  const { head, names } = await askBranches(access, wanted ?? null);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted === undefined && head !== null) return head;
  const all = await choices(access);
  if (all?.length === 0)
    throw refuseBranch(`${repository} has no branch yet. Push a first commit to it, then connect it.`);
  const has = all === null ? 'more branches than can be listed here' : listed(all);
  throw refuseBranch(
    wanted === undefined
      ? `The server does not say which branch of ${repository} is the default one. Name it: it has ${has}.`
      : `${repository} has no branch ${wanted}. It has ${has}.`,
    ['defaultBranch'],
  );
}

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
  const { url, repository } = readRepositoryUrl(asked.url);
  const { name, username, token } = asked;
  const defaultBranch = await chooseBranch({ url, username, token }, repository, asked.defaultBranch);
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
            name: repository,
            default_branch: defaultBranch,
            names_branch: asked.defaultBranch !== undefined,
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
    await askBranches({ url, username: user, token });
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
