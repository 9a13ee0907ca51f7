import type { Octokit } from 'octokit';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { asGitServerError, isNotFound } from '../github/open-app.ts';
import { believed, forgetOne, type Permission } from './believed-access.ts';
import { withCredential } from './git-credential.ts';
import { githubWith } from './github-as-token.ts';
import { hostOf, type OpenedRepository, openRepository, ownerAndName, type RepositoryRef } from './open-repository.ts';
import { findAuthor, findLinkedAccount, renameLinkedAccount } from './place-queries.ts';

export interface AccessAsked extends RepositoryRef {
  memberId: string;
  need: 'read' | 'write';
  /** For the list of tokens, for example “task tsk_…”. */
  why: string;
}

type AccessServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>;

interface Account {
  externalId: string;
  login: string;
}

const order: readonly Permission[] = ['none', 'read', 'write', 'admin'];
const isEnough = (has: Permission, need: 'read' | 'write'): boolean => order.indexOf(has) >= order.indexOf(need);

async function askPermission(
  github: Octokit,
  opened: OpenedRepository,
  { externalId, login }: Account,
): Promise<Permission | null> {
  const place = { ...ownerAndName(opened), username: login };
  const answer = await github
    .request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', place)
    .catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
  // A login that was given up may be somebody else's by now.
  if (!answer || String(answer.data.user?.id) !== externalId) return null;
  return order.find((one) => one === answer.data.permission) ?? 'none';
}

/** By the name that was linked; after a change of it, by the number. */
async function findPermission(
  services: AccessServices,
  github: Octokit,
  opened: OpenedRepository,
  account: Account,
): Promise<Permission> {
  const known = await askPermission(github, opened, account);
  if (known) return known;
  const now = await github
    .request('GET /user/{account_id}', { account_id: Number(account.externalId) })
    .catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
  if (!now || now.data.login === account.login) return 'none';
  const { id: connectionId, workspace_id: workspaceId } = opened.connection;
  await renameLinkedAccount(services.db, workspaceId, {
    connectionId,
    externalId: account.externalId,
    login: now.data.login,
  });
  return (await askPermission(github, opened, { ...account, login: now.data.login })) ?? 'none';
}

async function permissionOf(
  services: AccessServices,
  opened: OpenedRepository,
  account: Account,
  forWhom: string,
): Promise<Permission> {
  const of = { repositoryId: opened.repository.id, accountId: account.externalId };
  const asked = believed.begin(of, services.clock());
  if (asked.known !== null) return asked.known;
  const permission = await withCredential(services, opened, { operation: 'read-permission', forWhom }, (credential) =>
    findPermission(services, githubWith(opened, credential), opened, account),
  ).catch((error: unknown) => {
    throw asGitServerError(error, opened.connection);
  });
  asked.believe(permission);
  return permission;
}

const words = { read: 'read', write: 'write to' } as const;

/**
 * What the member may do in a repository, as the git server says of their own account; with a deploy token there is none to ask.
 * @throws ReeveError not-found; repository-not-allowed; git-account-needed: none is linked; repository-refused: it may not;
 *   git-server-failed: it could not be asked
 */
export async function requireRepositoryAccess(services: AccessServices, asked: AccessAsked): Promise<void> {
  const { workspaceId, memberId, need, why } = asked;
  const opened = await openRepository(services, asked);
  const { repository, connection } = opened;
  const details = { repositoryId: repository.id, repository: repository.name, need };
  if (need === 'write' && repository.isArchived)
    throw new ReeveError('repository-refused', details, {
      message: `${repository.name} is archived on ${hostOf(opened)}: nobody can change it.`,
    });
  if (connection.kind === 'git') return;
  const account = await findLinkedAccount(services.db, workspaceId, { memberId, connectionId: connection.id });
  if (!account) throw new ReeveError('git-account-needed', { ...details, connectionId: connection.id });
  const author = await findAuthor(services.db, workspaceId, memberId);
  const has = await permissionOf(services, opened, account, `${author?.name ?? memberId}: ${why}`);
  if (isEnough(has, need)) return;
  forgetOne({ repositoryId: repository.id, accountId: account.externalId });
  throw new ReeveError(
    'repository-refused',
    { ...details, has, login: account.login },
    { message: `Your account ${account.login} may not ${words[need]} ${repository.name} on ${hostOf(opened)}.` },
  );
}
