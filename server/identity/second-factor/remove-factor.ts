import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { deleteRecoveryCodes, deleteTotpSecret, findHeldFactors, lockFactors } from './factor-queries.ts';
import { isEnrolled } from './held-factors.ts';
import { deletePasskey } from './passkey-queries.ts';

export type FactorRef = { method: 'totp' } | { method: 'passkey'; id: string };

/** @returns its name, null when it is not there */
async function deleteFactor(tx: Database, memberId: string, factor: FactorRef): Promise<string | null> {
  if (factor.method === 'totp') return (await deleteTotpSecret(tx, memberId)) ? 'Authenticator app' : null;
  return (await deletePasskey(tx, { id: factor.id, memberId }))?.name ?? null;
}

/**
 * Takes one factor away. Without any left the recovery codes go too: they would be a second password.
 * @returns its name
 * @throws ReeveError not-found, last-second-factor
 */
export async function removeFactor(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, member }: { actor: Actor; member: SignedInMember },
  factor: FactorRef,
): Promise<string> {
  const { memberId, secondFactor } = member;
  return db.transaction().execute(async (tx) => {
    await lockFactors(tx, memberId);
    const name = await deleteFactor(tx, memberId, factor);
    if (name === null) throw new ReeveError('not-found');
    if (!isEnrolled(await findHeldFactors(tx, memberId))) {
      if (secondFactor.isRequired) throw new ReeveError('last-second-factor');
      await deleteRecoveryCodes(tx, memberId);
    }
    const kind = factor.method === 'passkey' ? 'passkey' : 'authenticator-app';
    const subject = { kind, id: factor.method === 'passkey' ? factor.id : memberId, label: name };
    await record(tx, actor, 'second-factor.removed', { at: clock(), subject, method: factor.method });
    return name;
  });
}
