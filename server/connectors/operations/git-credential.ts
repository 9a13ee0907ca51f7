import { RequestError } from 'octokit';
import { type GitOperation, gitOperations } from '#contract/git-servers.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { asGitServerError, githubAs, openApp } from '../github/open-app.ts';
import { recordTokenUse } from '../github/token-use.ts';
import { tokenPlace } from '../secret-places.ts';
import type { OpenedRepository } from './open-repository.ts';

/** What git and the API are given for one operation. It never leaves this process except to the git server itself. */
export interface GitCredential {
  username: string;
  token: string;
}

export interface TakenCredential {
  credential: GitCredential;
  /** The operation is over: GitHub forgets the token. Never fails; what could not be revoked ends within the hour. */
  giveBack(): Promise<void>;
}

export interface Purpose {
  operation: GitOperation;
  /** For the list of tokens: a person and what for. */
  forWhom: string;
}

type TokenServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>;

/** GitHub takes any name with an installation token; this one is in its documentation. */
const tokenUser = 'x-access-token';

async function openDeployToken({ secrets }: TokenServices, { connection }: OpenedRepository): Promise<TakenCredential> {
  if (connection.sealed_token === null)
    throw new ReeveError('git-server-failed', {}, { message: `${connection.name} has no token any more.` });
  const token = await secrets.open(connection.sealed_token, tokenPlace(connection.id));
  return { credential: { username: connection.username ?? 'reeve', token }, giveBack: async () => {} };
}

/** GitHub says 422 to permissions that nobody granted. */
function explainRefusal(error: unknown, opened: OpenedRepository, operation: GitOperation): unknown {
  const { connection, repository, installationId } = opened;
  if (!(error instanceof RequestError) || error.status !== 422) return asGitServerError(error, connection);
  const { permissions, sentence } = gitOperations[operation];
  if (/repositor/i.test(error.message))
    return new ReeveError(
      'git-refused',
      { said: error.message, installationId },
      {
        cause: error,
        message: `The app no longer reaches ${repository.name}. Whoever owns the organisation on GitHub chooses it on the page of the installation.`,
      },
    );
  const wanted = Object.entries(permissions).map(([name, level]) => `${name}: ${level}`);
  return new ReeveError(
    'git-refused',
    { said: error.message, operation, permissions, installationId },
    {
      cause: error,
      message: `GitHub gives no token for “${sentence}” in ${repository.name}, which takes ${wanted.join(', ')}. Whoever owns the organisation there accepts the app’s permissions on its page of the installation.`,
    },
  );
}

async function mint(
  services: TokenServices,
  opened: OpenedRepository,
  { operation, forWhom }: Purpose,
): Promise<TakenCredential> {
  const { connection, repository, externalId, installationId } = opened;
  if (installationId === null)
    throw new ReeveError(
      'git-server-failed',
      {},
      { message: `The app is installed nowhere that reaches ${repository.name}.` },
    );
  const { permissions } = gitOperations[operation];
  const app = await openApp(services, connection);
  const { data } = await app.octokit
    .request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: Number(installationId),
      repository_ids: [Number(externalId)],
      permissions,
    })
    .catch((error: unknown) => {
      throw explainRefusal(error, opened, operation);
    });
  const expiresAt = new Date(data.expires_at);
  await recordTokenUse(services, connection, {
    operation,
    repository: repository.name,
    permissions,
    expiresAt,
    forWhom,
  });
  const giveBack = async () => {
    await githubAs(connection.api_url ?? '', data.token)
      .request('DELETE /installation/token')
      .catch((error: Error) => services.log.warn({ operation, said: error.message }, 'a token was not revoked'));
  };
  return { credential: { username: tokenUser, token: data.token }, giveBack };
}

/**
 * A fresh token for one operation in one repository, with the permissions of `gitOperations` and no others; at another git server the
 * deploy token. Whoever takes it gives it back.
 * @throws ReeveError git-refused: a permission was not granted; git-server-failed
 */
export const takeCredential = (
  services: TokenServices,
  opened: OpenedRepository,
  purpose: Purpose,
): Promise<TakenCredential> =>
  opened.connection.kind === 'git' ? openDeployToken(services, opened) : mint(services, opened, purpose);

/** As long as `use` takes. */
export async function withCredential<Result>(
  services: TokenServices,
  opened: OpenedRepository,
  purpose: Purpose,
  use: (credential: GitCredential) => Promise<Result>,
): Promise<Result> {
  const { credential, giveBack } = await takeCredential(services, opened, purpose);
  try {
    return await use(credential);
  } finally {
    await giveBack();
  }
}
