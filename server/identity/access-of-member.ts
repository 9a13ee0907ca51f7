import type { z } from 'zod';
import type { MemberAccess } from '#contract/directory-access.ts';
import type { AccessToken } from '#contract/identity.ts';
import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { findHasPassword, listSessionsOfMember } from './access-of-member-queries.ts';
import { listAccessTokens } from './access-token-queries.ts';
import { asAccessToken } from './access-tokens.ts';
import { listLiveGrants } from './client-grant-queries.ts';
import { revokeGrant, revokeGrantsOfMember } from './client-grants.ts';
import { clientName } from './codex-oauth/clients.ts';
import { readSecondFactors } from './second-factor/describe-factors.ts';
import { deleteSession, deleteSessions } from './session-queries.ts';

interface Whose {
  workspaceId: string;
  memberId: string;
}

/** What somebody is signed in with, for whoever manages members. */
export async function readAccessOfMember(
  db: Database,
  { workspaceId, memberId }: Whose,
  now: Date,
): Promise<z.infer<typeof MemberAccess>> {
  const sessions = await listSessionsOfMember(db, { workspaceId, memberId, now });
  const grants = await listLiveGrants(db, { workspaceId, memberId, now });
  return {
    hasPassword: await findHasPassword(db, workspaceId, memberId),
    secondFactors: await readSecondFactors(db, workspaceId, memberId),
    sessions: sessions.map((row) => ({
      id: row.id,
      startedAt: row.started_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      ip: row.ip,
      userAgent: row.user_agent,
      method: row.method,
    })),
    signIns: grants.map((row) => ({
      id: row.id,
      client: clientName(row.client_id),
      method: row.method,
      startedAt: row.created_at.toISOString(),
      lastUsedAt: row.last_used_at?.toISOString() ?? null,
      expiresAt: row.expires_at?.toISOString() ?? null,
    })),
  };
}

/** The newest ones; whoever made more finds them in the list of all tokens. */
const mostTokens = 200;

export async function readAccessTokensOfMember(db: Database, { workspaceId, memberId }: Whose): Promise<AccessToken[]> {
  const page = { memberId, search: undefined, after: null, limit: mostTokens };
  return (await listAccessTokens(db, workspaceId, page)).map(asAccessToken);
}

interface Ending extends Whose {
  actor: Actor;
  subject: { kind: string; id: string; label: string };
  at: Date;
}

/** In the caller's transaction, like what follows; afterwards the caller sends `access-changed`. @throws ReeveError not-found */
export async function endSessionOfMember(
  tx: Database,
  { memberId, actor, subject, at }: Ending,
  sessionId: string,
): Promise<void> {
  if (!(await deleteSession(tx, { memberId, sessionId }))) throw new ReeveError('not-found');
  await record(tx, actor, 'session.revoked', { at, subject, sessionId });
}

export async function endSignInOfMember(
  tx: Database,
  { workspaceId, memberId, actor, subject, at }: Ending,
  id: string,
): Promise<void> {
  const revoked = await revokeGrant(tx, { workspaceId, memberId, id, at, because: 'signed-out' });
  if (!revoked) throw new ReeveError('not-found');
  const client = { id, label: clientName(revoked.clientId) };
  await record(tx, actor, 'client.signed-out', { at, subject, client, because: 'signed-out' });
}

/** Sessions and Codex sign-ins; access tokens stay, they are revoked one by one. */
export async function endAllAccessOfMember(
  tx: Database,
  { workspaceId, memberId, actor, subject, at }: Ending,
): Promise<{ sessions: number; signIns: number }> {
  const sessions = await deleteSessions(tx, { memberId, exceptSessionId: null, now: at });
  const signIns = await revokeGrantsOfMember(tx, { workspaceId, memberId, at, because: 'signed-out-everywhere' });
  await record(tx, actor, 'session.revoked', { at, subject, sessions, clients: signIns });
  return { sessions, signIns };
}
