import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Mailer } from '#server/mail/create-mailer.ts';
import type { Services } from '#server/services.ts';
import { deleteSessions } from '../session-queries.ts';
import { deleteFactors, lockFactors } from './factor-queries.ts';
import { findMember } from './rule-queries.ts';
import { tellMember } from './tell-member.ts';

/**
 * For whoever lost everything they could show. Owners only: whoever may reset a factor and a password is the other person. The password
 * stays, so the reset alone lets nobody in.
 */
export async function resetMember(
  { db, clock, mailer }: Pick<Services, 'db' | 'clock'> & { mailer: Mailer },
  { actor, by }: { actor: Actor; by: SignedInMember },
  memberId: string,
): Promise<{ removed: number; endedSessions: number }> {
  const member = await findMember(db, by.workspaceId, memberId);
  if (!member) throw new ReeveError('not-found');
  const ownersOnly = 'Only a workspace owner can take second factors from somebody.';
  if (!by.isOwner) throw new ReeveError('not-permitted', {}, { message: ownersOnly });
  if (memberId === by.memberId)
    throw new ReeveError('own-membership', {}, { message: 'Remove your own second factors under your account.' });
  const done = await db.transaction().execute(async (tx) => {
    const at = clock();
    await lockFactors(tx, memberId);
    const removed = await deleteFactors(tx, memberId);
    const endedSessions = await deleteSessions(tx, { memberId, exceptSessionId: null, now: at });
    const subject = { kind: 'member', id: memberId, label: `${member.name} <${member.email}>` };
    await record(tx, actor, 'second-factor.reset', { at, subject, removed, endedSessions });
    return { removed, endedSessions };
  });
  await tellMember(mailer, member, { what: 'factors-reset', by: by.name });
  return done;
}
