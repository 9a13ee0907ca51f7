import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { readServerUrl } from '../github/addresses.ts';
import { tokenPlace } from '../secret-places.ts';
import { askDefaultBranch } from './ask-remote.ts';
import { insertConnection } from './connection-queries.ts';
import { saveRepositories } from './repository-list-queries.ts';

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
    await saveRepositories(tx, [
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
    ]);
    await record(tx, member.actor, 'git.connected', {
      at,
      subject: { kind: 'git-connection', id, label: name },
      after: { kind: 'git', url, username, defaultBranch },
    });
  });
  return id;
}
