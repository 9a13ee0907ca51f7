import type { Database } from '#server/db/open-database.ts';
import {
  deleteArtifactsOfRevoked,
  type GrantScope,
  markRevoked,
  type RevokedBecause,
  type RevokedGrant,
} from './client-grant-queries.ts';

export interface Revocation {
  at: Date;
  because: RevokedBecause;
}

async function revoke(tx: Database, scope: GrantScope, { at, because }: Revocation): Promise<RevokedGrant[]> {
  const revoked = await markRevoked(tx, scope, { at, because });
  await deleteArtifactsOfRevoked(tx, scope);
  return revoked;
}

const countLive = (revoked: RevokedGrant[]) => revoked.filter(({ wasLive }) => wasLive).length;

/**
 * Ends every Codex sign-in of a member: access tokens stop at their next request and refresh answers `refresh_token_invalidated`.
 * The caller records the audit event and, after commit, emits `access-changed`. @returns how many live ones ended
 */
export async function revokeGrantsOfMember(
  tx: Database,
  { workspaceId, memberId, ...revocation }: { workspaceId: string; memberId: string } & Revocation,
): Promise<number> {
  return countLive(await revoke(tx, { workspaceId, memberId }, revocation));
}

/** The same for everybody in a workspace, for example when Codex Local is turned off. @returns how many live ones ended */
export async function revokeGrantsOfWorkspace(
  tx: Database,
  { workspaceId, ...revocation }: { workspaceId: string } & Revocation,
): Promise<number> {
  return countLive(await revoke(tx, { workspaceId }, revocation));
}

/** Ends one sign-in. @returns null when there is none, or it is revoked already, or belongs to somebody else */
export async function revokeGrant(
  tx: Database,
  { workspaceId, memberId, id, ...revocation }: { workspaceId: string; memberId: string; id: string } & Revocation,
): Promise<RevokedGrant | null> {
  const [revoked] = await revoke(tx, { workspaceId, memberId, id }, revocation);
  return revoked ?? null;
}
