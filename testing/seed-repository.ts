import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';

interface SeedRepository {
  workspaceId: string;
  name?: string;
  isAllowed?: boolean;
  isArchived?: boolean;
  /** Of a GitHub App; left out, it is one of another git server with a deploy token, where members need no account. */
  installation?: 'active' | 'suspended' | 'removed';
}

/** A repository, written straight into the database; nothing answers at its address. */
export async function seedRepository(
  db: Database,
  { workspaceId, name = 'acme/shop', isAllowed = true, isArchived = false, installation }: SeedRepository,
): Promise<string> {
  const [connectionId, installationId, id] = [newId('git'), newId('ins'), newId('repo')];
  const now = new Date();
  const host = installation ? 'https://github.example.com' : 'https://git.example.com';
  await db
    .insertInto('git_connections')
    .values({
      id: connectionId,
      workspace_id: workspaceId,
      kind: installation ? 'github' : 'git',
      name: installation ? 'GitHub' : 'Git',
      base_url: host,
      api_url: installation ? `${host}/api/v3` : null,
      app_id: null,
      app_slug: null,
      client_id: null,
      username: null,
      sealed_private_key: null,
      sealed_client_secret: null,
      sealed_webhook_secret: null,
      sealed_token: null,
      problem: null,
      caught_up_at: null,
      webhook_problem: null,
      created_by: 'Ada Lovelace',
      created_at: now,
      removed_at: null,
    })
    .execute();
  if (installation)
    await db
      .insertInto('git_installations')
      .values({
        id: installationId,
        workspace_id: workspaceId,
        connection_id: connectionId,
        external_id: id,
        account: name.split('/')[0] ?? name,
        account_kind: 'organization',
        selection: 'all',
        permissions: '{}',
        state: installation,
        since: now,
        checked_at: now,
      })
      .execute();
  await db
    .insertInto('git_repositories')
    .values({
      id,
      workspace_id: workspaceId,
      connection_id: connectionId,
      installation_id: installation ? installationId : null,
      external_id: id,
      name,
      url: `${host}/${name}.git`,
      default_branch: 'main',
      is_private: true,
      is_archived: isArchived,
      is_allowed: isAllowed,
      removed_at: null,
      seen_at: now,
    })
    .execute();
  return id;
}
