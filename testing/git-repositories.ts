import { X509Certificate } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';
import type { Simulator } from './servers/github/simulator.ts';
import type { Installation, MadeApp } from './servers/github/world.ts';
import { fullName, repositoriesOf } from './servers/github/world.ts';

/** Git servers as they stand in the database once they are connected. */

/**
 * This process trusts a test's authority from now on, beside those it trusts anyway. One of the same name goes: a client that finds two
 * tries the first alone.
 */
export function trustAuthority(pem: string): void {
  const { subject } = new X509Certificate(pem);
  const others = getCACertificates('default').filter((one) => new X509Certificate(one).subject !== subject);
  setDefaultCACertificates([...others, pem]);
}

type Part = Pick<Services, 'db' | 'secrets'>;

interface Place {
  workspaceId: string;
  createdBy: string;
}

export interface ConnectedGithub {
  connectionId: string;
  installationId: string;
  /** By full name. */
  repositories: ReadonlyMap<string, string>;
}

/** An app that is installed, with all that it reaches chosen for environments. */
export async function seedGithub(
  { db, secrets }: Part,
  { workspaceId, createdBy }: Place,
  { github, made, installation }: { github: Simulator; made: MadeApp; installation: Installation },
): Promise<ConnectedGithub> {
  const { app, pem } = made;
  const connectionId = newId('git');
  const at = new Date();
  const sealed = async (secret: string | null, column: string) =>
    secret === null ? null : secrets.seal(secret, `git_connections/${connectionId}/${column}`);
  await db
    .insertInto('git_connections')
    .values({
      id: connectionId,
      workspace_id: workspaceId,
      kind: 'github',
      name: new URL(github.origin).host,
      base_url: github.origin,
      api_url: github.apiUrl,
      app_id: String(app.id),
      app_slug: app.slug,
      client_id: app.clientId,
      sealed_private_key: await sealed(pem, 'private_key'),
      sealed_client_secret: await sealed(app.clientSecret, 'client_secret'),
      sealed_webhook_secret: await sealed(app.webhook?.secret ?? null, 'webhook_secret'),
      created_by: createdBy,
      created_at: at,
    })
    .execute();
  const installationId = newId('gin');
  await db
    .insertInto('git_installations')
    .values({
      id: installationId,
      workspace_id: workspaceId,
      connection_id: connectionId,
      external_id: String(installation.id),
      account: installation.account.login,
      account_kind: installation.account.kind === 'User' ? 'user' : 'organization',
      selection: installation.selection,
      permissions: JSON.stringify(installation.permissions),
      state: 'active',
      since: at,
    })
    .execute();
  const repositories = new Map<string, string>();
  for (const repository of repositoriesOf(github.world, installation)) {
    const id = newId('rep');
    const name = fullName(repository);
    repositories.set(name, id);
    await db
      .insertInto('git_repositories')
      .values({
        id,
        workspace_id: workspaceId,
        connection_id: connectionId,
        installation_id: installationId,
        external_id: String(repository.id),
        name,
        url: `${github.origin}/${name}.git`,
        default_branch: repository.defaultBranch,
        is_private: repository.isPrivate,
        is_allowed: true,
        seen_at: at,
      })
      .execute();
  }
  return { connectionId, installationId, repositories };
}

/** A member's own account on GitHub. */
export async function seedGitAccount(
  { db }: Part,
  { workspaceId, memberId, connectionId }: { workspaceId: string; memberId: string; connectionId: string },
  { id, login }: { id: number; login: string },
): Promise<void> {
  const row = { workspace_id: workspaceId, member_id: memberId, connection_id: connectionId };
  await db
    .insertInto('git_accounts')
    .values({ ...row, external_id: String(id), login, linked_at: new Date() })
    .execute();
}

/** A repository of any git server, by a deploy token. @returns its id */
export async function seedGitRepository(
  { db, secrets }: Part,
  { workspaceId, createdBy }: Place,
  { url, token, defaultBranch = 'main' }: { url: string; token: string; defaultBranch?: string },
): Promise<string> {
  const connectionId = newId('git');
  const at = new Date();
  await db
    .insertInto('git_connections')
    .values({
      id: connectionId,
      workspace_id: workspaceId,
      kind: 'git',
      name: new URL(url).host,
      base_url: new URL(url).origin,
      username: 'deploy',
      sealed_token: await secrets.seal(token, `git_connections/${connectionId}/token`),
      created_by: createdBy,
      created_at: at,
    })
    .execute();
  const id = newId('rep');
  await db
    .insertInto('git_repositories')
    .values({
      id,
      workspace_id: workspaceId,
      connection_id: connectionId,
      installation_id: null,
      external_id: url,
      name: new URL(url).pathname.replace(/^\/|\.git$/g, ''),
      url,
      default_branch: defaultBranch,
      is_private: true,
      is_allowed: true,
      seen_at: at,
    })
    .execute();
  return id;
}
