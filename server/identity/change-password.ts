import { type Actor, record } from '#server/audit/index.ts';
import { hashPassword, verifyPassword } from '#server/crypto/password-hash.ts';
import type { RateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { refuseWeakPassword } from './password-rules.ts';
import { deleteSessions, readPasswordHash, setPasswordHash } from './session-queries.ts';

/** Sets a new password and ends every other session. Whoever found an open session must not learn the password by trying. */
export async function changePassword(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  limit: RateLimit,
  actor: Actor,
  member: SignedInMember,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<void> {
  refuseWeakPassword(newPassword, member);
  const admission = await limit.take(member.memberId);
  if (!admission.allowed) throw new ReeveError('too-many-attempts', { retryAfterSeconds: admission.retryAfterSeconds });
  const storedHash = await readPasswordHash(db, member.memberId);
  if (storedHash === null)
    throw new ReeveError(
      'conflict',
      {},
      { message: 'Your account has no password here. Where you sign in at an identity provider, it is changed there.' },
    );
  if (!(await verifyPassword(storedHash, currentPassword)))
    throw new ReeveError('wrong-credentials', {}, { message: 'Your current password is not right.' });
  await limit.clear(member.memberId);
  const newHash = await hashPassword(newPassword);
  await db.transaction().execute(async (tx) => {
    const at = clock();
    await setPasswordHash(tx, member.memberId, newHash);
    const endedSessions = await deleteSessions(tx, {
      memberId: member.memberId,
      exceptSessionId: member.sessionId,
      now: at,
    });
    const subject = { kind: 'member', id: member.memberId, label: `${member.name} <${member.email}>` };
    await record(tx, actor, 'password.changed', { at, subject, endedSessions });
  });
}
