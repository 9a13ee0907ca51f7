import type { App } from 'octokit';
import { gitOperations } from '#contract/git-servers.ts';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connections/connection-queries.ts';
import { githubAs } from './open-app.ts';
import { recordTokenUse } from './token-use.ts';

/** As GitHub describes it now. */
export interface FoundInstallation {
  externalId: string;
  account: string;
  accountKind: 'organization' | 'user';
  selection: 'all' | 'selected';
  permissions: Record<string, string>;
  isSuspended: boolean;
  since: Date;
}

export interface FoundRepository {
  externalId: string;
  name: string;
  url: string;
  defaultBranch: string;
  isPrivate: boolean;
  isArchived: boolean;
}

/** A page of repositories is half a megabyte then. */
const perPage = 50;

interface GithubInstallation {
  id: number;
  account: object | null;
  target_type: string;
  repository_selection: 'all' | 'selected';
  permissions: object;
  suspended_at: string | null;
  created_at: string;
}

function readInstallation(told: GithubInstallation): FoundInstallation {
  // An organisation has a login, an enterprise a slug.
  const { login, slug } = (told.account ?? {}) as { login?: string; slug?: string };
  return {
    externalId: String(told.id),
    account: login ?? slug ?? `account ${told.id}`,
    accountKind: told.target_type === 'User' ? 'user' : 'organization',
    selection: told.repository_selection,
    permissions: told.permissions as Record<string, string>,
    isSuspended: told.suspended_at !== null,
    since: new Date(told.created_at),
  };
}

/** Every installation of the app. */
export async function askInstallations({ octokit }: App): Promise<FoundInstallation[]> {
  const found = await octokit.paginate('GET /app/installations', { per_page: perPage });
  return found.map(readInstallation);
}

/** One of them. @throws RequestError 404 when it is gone */
export async function askInstallation({ octokit }: App, externalId: string): Promise<FoundInstallation> {
  const { data } = await octokit.request('GET /app/installations/{installation_id}', {
    installation_id: Number(externalId),
  });
  return readInstallation(data);
}

/** What an installation may reach, asked with a token that may read no more than that and is revoked right after. */
export async function askRepositories(
  services: Pick<Services, 'db' | 'clock'>,
  app: App,
  { connection, externalId, account }: { connection: ConnectionRow; externalId: string; account: string },
): Promise<FoundRepository[]> {
  const { permissions } = gitOperations['list-repositories'];
  const { data: token } = await app.octokit.request('POST /app/installations/{installation_id}/access_tokens', {
    installation_id: Number(externalId),
    permissions,
  });
  const expiresAt = new Date(token.expires_at);
  const use = { operation: 'list-repositories', repository: `${account}/*`, permissions, expiresAt } as const;
  const github = githubAs(connection.api_url ?? '', token.token);
  const ask = async () => {
    await recordTokenUse(services, connection, { ...use, forWhom: 'Reeve' });
    return github.paginate('GET /installation/repositories', { per_page: perPage });
  };
  const found = await ask().finally(() => github.request('DELETE /installation/token'));
  return found.map((repository) => ({
    externalId: String(repository.id),
    name: repository.full_name,
    url: repository.clone_url,
    defaultBranch: repository.default_branch,
    isPrivate: repository.private,
    isArchived: repository.archived,
  }));
}
