import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { type HeldRole, heldRoles } from '#server/roles/index.ts';

/** Why a Codex sign-in ended; kept with it and shown to operators. */
export type RevokedBecause =
  | 'local-off'
  | 'not-permitted'
  | 'member-suspended'
  | 'member-removed'
  | 'signed-out'
  | 'signed-out-everywhere'
  | 'password-reset'
  | 'code-reused'
  | 'refresh-token-reused';

export interface NewClientGrant {
  id: string;
  workspaceId: string;
  memberId: string;
  oauthGrantId: string;
  clientId: string;
  method: 'browser' | 'device-code';
  ip: string | null;
  createdAt: Date;
  expiresAt: Date;
}

export async function insertClientGrant(tx: Database, grant: NewClientGrant): Promise<void> {
  await tx
    .insertInto('client_grants')
    .values({
      id: grant.id,
      workspace_id: grant.workspaceId,
      member_id: grant.memberId,
      oauth_grant_id: grant.oauthGrantId,
      client_id: grant.clientId,
      method: grant.method,
      ip: grant.ip,
      created_at: grant.createdAt,
      last_used_at: null,
      expires_at: grant.expiresAt,
      revoked_at: null,
      revoked_because: null,
    })
    .execute();
}

/** Which sign-ins to end: one, all of a member, or all of a workspace. */
export interface GrantScope {
  workspaceId: string;
  memberId?: string;
  id?: string;
}

export interface RevokedGrant {
  id: string;
  memberId: string;
  clientId: string;
  wasLive: boolean;
}

/** Marks the sign-ins that are not revoked yet. */
export async function markRevoked(
  tx: Database,
  { workspaceId, memberId, id }: GrantScope,
  { at, because }: { at: Date; because: RevokedBecause },
): Promise<RevokedGrant[]> {
  let update = tx
    .updateTable('client_grants')
    .set({ revoked_at: at, revoked_because: because })
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is', null);
  if (memberId !== undefined) update = update.where('member_id', '=', memberId);
  if (id !== undefined) update = update.where('id', '=', id);
  const rows = await update.returning(['id', 'member_id', 'client_id', 'expires_at']).execute();
  return rows.map((row) => ({
    id: row.id,
    memberId: row.member_id,
    clientId: row.client_id,
    wasLive: row.expires_at === null || row.expires_at > at,
  }));
}

/**
 * Deletes what could still be exchanged for tokens. Refresh tokens stay as hashes: without their grant they open nothing, and a client
 * that presents one is told that it was revoked instead of that it is unknown.
 */
export async function deleteArtifactsOfRevoked(tx: Database, { workspaceId, memberId, id }: GrantScope): Promise<void> {
  let revoked = tx
    .selectFrom('client_grants')
    .select('oauth_grant_id')
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is not', null);
  if (memberId !== undefined) revoked = revoked.where('member_id', '=', memberId);
  if (id !== undefined) revoked = revoked.where('id', '=', id);
  await tx
    .deleteFrom('oauth_artifacts')
    .where('grant_id', 'in', revoked)
    .where('model', '!=', 'RefreshToken')
    .execute();
}

export interface GrantWithMember {
  id: string;
  workspaceId: string;
  memberId: string;
  clientId: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  revokedBecause: string | null;
  email: string;
  name: string;
  held: HeldRole[];
  status: 'invited' | 'active' | 'suspended' | 'deprovisioned';
  codexLocalEnabled: boolean;
}

const grantsWithMember = (db: Database) =>
  db
    .selectFrom('client_grants')
    .innerJoin('members', 'members.id', 'client_grants.member_id')
    .innerJoin('workspaces', 'workspaces.id', 'client_grants.workspace_id')
    .select([
      'client_grants.id as id',
      'client_grants.workspace_id as workspaceId',
      'client_grants.member_id as memberId',
      'client_grants.client_id as clientId',
      'client_grants.created_at as createdAt',
      'client_grants.last_used_at as lastUsedAt',
      'client_grants.revoked_at as revokedAt',
      'client_grants.revoked_because as revokedBecause',
      'members.email as email',
      'members.name as name',
      'members.status as status',
      'workspaces.codex_local_enabled as codexLocalEnabled',
    ])
    .select(heldRoles('members.id', 'members.workspace_id').as('held'));

/** The sign-in behind an access token with everything that decides about it: the one query of each client request. */
export async function findGrant(db: Database, oauthGrantId: string): Promise<GrantWithMember | undefined> {
  return grantsWithMember(db).where('client_grants.oauth_grant_id', '=', oauthGrantId).executeTakeFirst();
}

export interface ArtifactOfGrant extends GrantWithMember {
  consumedAt: Date | null;
  expiresAt: Date | null;
}

/** The sign-in behind an authorization code or a refresh token, by the token's hash. */
export async function findGrantOfArtifact(
  db: Database,
  { model, idHash }: { model: 'AuthorizationCode' | 'RefreshToken'; idHash: string },
): Promise<ArtifactOfGrant | undefined> {
  return grantsWithMember(db)
    .innerJoin('oauth_artifacts', 'oauth_artifacts.grant_id', 'client_grants.oauth_grant_id')
    .select(['oauth_artifacts.consumed_at as consumedAt', 'oauth_artifacts.expires_at as expiresAt'])
    .where('oauth_artifacts.model', '=', model)
    .where('oauth_artifacts.id_hash', '=', idHash)
    .executeTakeFirst();
}

/** Concurrent requests write once: the condition is checked again by the update itself. */
export async function touchGrant(db: Database, id: string, { at, ifBefore }: { at: Date; ifBefore: Date }) {
  await db
    .updateTable('client_grants')
    .set({ last_used_at: at })
    .where('id', '=', id)
    .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', ifBefore)]))
    .execute();
}

export async function extendGrant(
  db: Database,
  oauthGrantId: string,
  { at, expiresAt }: { at: Date; expiresAt: Date },
): Promise<void> {
  await db
    .updateTable('client_grants')
    .set({ last_used_at: at, expires_at: expiresAt })
    .where('oauth_grant_id', '=', oauthGrantId)
    .where('revoked_at', 'is', null)
    .execute();
}

export async function listLiveGrants(
  db: Database,
  { workspaceId, memberId, now }: { workspaceId: string; memberId: string; now: Date },
) {
  return db
    .selectFrom('client_grants')
    .select(['id', 'client_id', 'method', 'created_at', 'last_used_at', 'expires_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .orderBy(sql`coalesce(last_used_at, created_at)`, 'desc')
    .orderBy('id')
    .execute();
}

/** Sign-ins of a member's clients since then. */
export const listSignInsOf = (
  db: Database,
  { workspaceId, memberId, since }: { workspaceId: string; memberId: string; since: Date },
) =>
  db
    .selectFrom('client_grants')
    .select(['created_at as at', 'method'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('created_at', '>=', since)
    .orderBy('created_at')
    .execute();
