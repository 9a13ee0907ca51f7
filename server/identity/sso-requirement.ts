import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import {
  countSessionsPastSignOn,
  deleteSessionsPastSignOn,
  findSignOnOfSession,
  findSignOnRule,
  markBreakGlass,
} from './sso-requirement-queries.ts';

export { countSessionsPastSignOn, deleteSessionsPastSignOn as endSessionsPastSignOn };

export type SignOnRule =
  | { is: 'not-required' }
  | { is: 'break-glass' }
  /** `connection` is that of the member's e-mail domain. */
  | { is: 'required'; connection: { id: string; name: string } | null };

/** Whether this member may sign in by other means than an identity provider. */
export async function readSignOnRule(db: Database, memberId: string): Promise<SignOnRule> {
  const row = await findSignOnRule(db, memberId);
  if (!row?.sso_required) return { is: 'not-required' };
  if (row.is_break_glass) return { is: 'break-glass' };
  const { connection_id: id, connection_name: name } = row;
  return { is: 'required', connection: id !== null && name !== null ? { id, name } : null };
}

/**
 * For a session that starts with a password, a passkey or a link.
 * @throws ReeveError sso-required
 */
export async function checkSignOnRule(
  tx: Database,
  { memberId, because }: { memberId: string; because: 'password' | 'passkey' | 'invitation' | 'owner-link' },
): Promise<'as-required' | 'break-glass'> {
  const rule = await readSignOnRule(tx, memberId);
  if (rule.is === 'not-required') return 'as-required';
  if (rule.is === 'break-glass') return 'break-glass';
  if (because !== 'owner-link') {
    const message =
      rule.connection && `This workspace requires single sign-on. Sign in with ${rule.connection.name} instead.`;
    throw new ReeveError('sso-required', { connection: rule.connection }, message === null ? {} : { message });
  }
  // Made on the server by whoever runs it, to get back in: without this it would let them in once and never again.
  await markBreakGlass(tx, memberId);
  return 'break-glass';
}

export interface SignOnOfSession {
  sessionId: string;
  connectionId: string;
  sealedLogoutHint: string | null;
}

/** Where a session's logout hint is sealed for. */
export const logoutHintPlace = (sessionId: string): string => `sessions/${sessionId}/sso_logout_hint`;

/** Null when the session did not start at an identity provider. */
export async function readSignOnOfSession(db: Database, sessionId: string): Promise<SignOnOfSession | null> {
  const row = await findSignOnOfSession(db, sessionId);
  if (!row || row.sso_connection_id === null) return null;
  return { sessionId, connectionId: row.sso_connection_id, sealedLogoutHint: row.sealed_sso_logout_hint };
}
