import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { revokeTokensOfMember } from './access-token-queries.ts';
import type { RevokedBecause } from './client-grant-queries.ts';
import { revokeGrantsOfMember } from './client-grants.ts';
import { deleteSessions } from './session-queries.ts';

export interface EndedAccess {
  sessions: number;
  clients: number;
  accessTokens: number;
}

/**
 * Ends everything a member could still act with: console sessions, Codex sign-ins, access tokens. In the transaction of the
 * suspension, removal or password reset that is the reason; the caller sends `access-changed` after the commit.
 */
export async function endMemberAccess(
  tx: Database,
  { workspaceId, memberId, at, because }: { workspaceId: string; memberId: string; at: Date; because: RevokedBecause },
): Promise<EndedAccess> {
  return {
    sessions: await deleteSessions(tx, { memberId, exceptSessionId: null, now: at }),
    clients: await revokeGrantsOfMember(tx, { workspaceId, memberId, at, because }),
    accessTokens: await revokeTokensOfMember(tx, memberId, at),
  };
}

/** Ends all own sessions, this one too, and all Codex sign-ins. Access tokens stay: they are revoked one by one, by name. */
export async function signOutEverywhere(
  { db, clock, signals }: Pick<Services, 'db' | 'clock' | 'signals'>,
  actor: Actor,
  { workspaceId, memberId, email, name }: SignedInMember,
): Promise<{ sessions: number; clients: number }> {
  const ended = await db.transaction().execute(async (tx) => {
    const at = clock();
    const sessions = await deleteSessions(tx, { memberId, exceptSessionId: null, now: at });
    const clients = await revokeGrantsOfMember(tx, { workspaceId, memberId, at, because: 'signed-out-everywhere' });
    const subject = { kind: 'member', id: memberId, label: `${name} <${email}>` };
    await record(tx, actor, 'session.revoked', { at, subject, sessions, clients });
    return { sessions, clients };
  });
  signals.emit('access-changed', { workspaceId, memberId, because: 'signed-out' });
  return ended;
}
