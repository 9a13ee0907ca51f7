import type { SecondFactorMethod } from '#contract/second-factor.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { hashToken, mintToken } from '#server/crypto/token-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember, SignInMethod } from '#server/http/request-context.ts';
import { asRoleRefs, holds, permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { standingOf } from './second-factor/standing.ts';
import { readSessionToken } from './session-cookies.ts';
import { isTouchDue, sessionExpiresAt, touchEveryMs } from './session-lifetime.ts';
import { deleteSession, findLiveSession, insertSession, markActive, touchSession } from './session-queries.ts';
import { checkSignOnRule } from './sso-requirement.ts';

export interface NewSession {
  memberId: string;
  at: Date;
  ip: string | null;
  userAgent: string | null;
  /** The session this browser had until now: it ends, so that nobody keeps a token from before the sign-in. */
  replaces: Pick<SignedInMember, 'memberId' | 'sessionId'> | null;
  because: 'password' | 'owner-link' | 'invitation' | 'passkey' | 'sso';
  /** When the sign-in itself showed a second factor, or was made with a passkey. */
  secondFactorAt?: Date | null;
  /** Which one that was, for the audit log. */
  secondFactor?: SecondFactorMethod;
  /** A single sign-on: by which connection, and what its identity provider wants back at sign-out, sealed for this session's id. */
  signOn?: { sessionId: string; connectionId: string; sealedLogoutHint: string | null; endsAt: Date | null };
}

const methods = {
  password: 'password',
  'owner-link': 'link',
  invitation: 'link',
  passkey: 'passkey',
  sso: 'sso',
} as const satisfies Record<NewSession['because'], SignInMethod>;

/** An identity provider may say when its session ends (SAML's SessionNotOnOrAfter); ours does not outlive it. */
const earlierOf = (own: Date, theirs: Date | null): Date => (theirs !== null && theirs < own ? theirs : own);

/**
 * Starts a console session in the caller's transaction and returns its secret, for `setSignInCookies`. Refuses with
 * `member-suspended` when the member is not active any more, and with `sso-required` where that is the rule.
 */
export async function startSession(tx: Database, session: NewSession): Promise<{ token: string }> {
  const { memberId, at, ip, userAgent, replaces, because, secondFactorAt = null, secondFactor, signOn } = session;
  const member = await markActive(tx, memberId, at);
  if (!member) throw new ReeveError('member-suspended');
  const way = because === 'sso' ? 'as-required' : await checkSignOnRule(tx, { memberId, because });
  if (replaces) await deleteSession(tx, replaces);
  const { token, hash } = mintToken('ses-');
  const id = signOn?.sessionId ?? newId('ses');
  await insertSession(tx, {
    id,
    workspace_id: member.workspace_id,
    member_id: memberId,
    token_hash: hash,
    method: methods[because],
    second_factor_at: secondFactorAt,
    sso_connection_id: signOn?.connectionId ?? null,
    sealed_sso_logout_hint: signOn?.sealedLogoutHint ?? null,
    ip,
    user_agent: userAgent,
    started_at: at,
    last_seen_at: at,
    expires_at: earlierOf(sessionExpiresAt(at), signOn?.endsAt ?? null),
  });
  const label = `${member.name} <${member.email}>`;
  const actor = { kind: 'member' as const, id: memberId, label, workspaceId: member.workspace_id, ip };
  const subject = { kind: 'session', id, label: userAgent ?? 'console' };
  await record(tx, actor, 'session.started', {
    ...{ at, subject, because },
    ...(secondFactor && { secondFactor }),
  });
  if (way === 'break-glass') await record(tx, actor, 'session.break-glass', { at, subject, because });
  return { token };
}

/** The member behind the request's cookie, or null. Ended, idle and suspended are all the same: not signed in. */
export async function readSession(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  cookieHeader: string | null,
): Promise<SignedInMember | null> {
  const token = readSessionToken(cookieHeader);
  if (!token) return null;
  const now = clock();
  const row = await findLiveSession(db, hashToken(token), now);
  if (!row) return null;
  if (isTouchDue(row.last_seen_at, now)) {
    const before = new Date(now.getTime() - touchEveryMs);
    await touchSession(db, { sessionId: row.session_id, memberId: row.member_id, now, before });
  }
  const permissions = permissionsFrom(row.held);
  return {
    memberId: row.member_id,
    workspaceId: row.workspace_id,
    email: row.email,
    name: row.name,
    roles: asRoleRefs(row.held),
    isOwner: holds(row.held, 'owner'),
    permissions,
    sessionId: row.session_id,
    signInMethod: row.method,
    secondFactorAt: row.second_factor_at,
    secondFactor: standingOf({
      audience: row.second_factor_rule,
      graceUntil: row.second_factor_grace_until,
      permissions,
      held: row.factors,
      signInMethod: row.method,
      secondFactorAt: row.second_factor_at,
      now,
    }),
  };
}
