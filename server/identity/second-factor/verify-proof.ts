import type { Proof } from '#contract/second-factor-proof.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { Mailer } from '#server/mail/create-mailer.ts';
import type { Services } from '#server/services.ts';
import type { CodeLimits } from './code-limits.ts';
import { countRecoveryCodes, takeRecoveryCode } from './factor-queries.ts';
import { recoveryCodeHash } from './recovery-codes.ts';
import { tellMember } from './tell-member.ts';
import { takeTotpCode } from './totp.ts';
import { verifyPasskey } from './verify-passkey.ts';

export interface ProofServices extends Pick<Services, 'db' | 'clock' | 'origin' | 'secrets'> {
  limits: CodeLimits;
  mailer: Mailer;
}

/** Who shows a second factor, and what for. */
export interface Prover {
  memberId: string;
  workspaceId: string;
  email: string;
  name: string;
  purpose: 'second-factor' | 'step-up';
  knownDevice: string | null;
  ip: string | null;
}

export interface Proven {
  /** Set when a recovery code was used. */
  recoveryCodesLeft: number | null;
}

const actorOf = ({ memberId, workspaceId, name, email, ip }: Prover): Actor => ({
  kind: 'member',
  id: memberId,
  label: `${name} <${email}>`,
  workspaceId,
  ip,
});
const subjectOf = ({ memberId, name, email }: Prover) => ({
  kind: 'member',
  id: memberId,
  label: `${name} <${email}>`,
});

async function spendRecoveryCode(
  { db, clock, mailer }: ProofServices,
  prover: Prover,
  code: string,
): Promise<number | null> {
  const { memberId } = prover;
  const at = clock();
  const left = await db.transaction().execute(async (tx) => {
    const isTaken = await takeRecoveryCode(tx, { memberId, codeHash: recoveryCodeHash(memberId, code), at });
    if (!isTaken) return null;
    const remaining = (await countRecoveryCodes(tx, memberId)).left;
    await record(tx, actorOf(prover), 'recovery-code.used', { at, subject: subjectOf(prover), left: remaining });
    return remaining;
  });
  if (left !== null) await tellMember(mailer, prover, { what: 'recovery-code-used', left });
  return left;
}

async function check(services: ProofServices, prover: Prover, proof: Proof): Promise<Proven> {
  const { memberId, purpose } = prover;
  if (proof.method === 'passkey') {
    await verifyPasskey(services, { purpose, memberId }, proof.answer);
    return { recoveryCodesLeft: null };
  }
  await services.limits.admit(prover);
  const recoveryCodesLeft =
    proof.method === 'recovery-code' ? await spendRecoveryCode(services, prover, proof.code) : null;
  const isRight =
    recoveryCodesLeft !== null || (proof.method === 'totp' && (await takeTotpCode(services, memberId, proof.code)));
  if (!isRight) throw new ReeveError('second-factor-wrong');
  await services.limits.forgive(prover);
  return { recoveryCodesLeft };
}

/** What was refused goes into the audit log; the limits keep that short. */
async function auditRefusal({ db, clock }: ProofServices, prover: Prover, proof: Proof, error: unknown): Promise<void> {
  if (!isReeveError(error) || error.code === 'too-many-attempts') return;
  const because = error.cause instanceof Error ? error.cause.message : error.code;
  const refusal = { at: clock(), subject: subjectOf(prover), method: proof.method, purpose: prover.purpose, because };
  // Nobody is signed in yet when it is a sign-in: whoever shows it is not known to be the member.
  const actor: Actor =
    prover.purpose === 'step-up'
      ? actorOf(prover)
      : { ...actorOf(prover), kind: 'anonymous', id: null, label: prover.email };
  await db.transaction().execute((tx) => record(tx, actor, 'second-factor.refused', refusal));
}

/** Checks a second factor. @throws ReeveError second-factor-wrong, passkey-refused, passkeys-impossible, too-many-attempts */
export async function verifyProof(services: ProofServices, prover: Prover, proof: Proof): Promise<Proven> {
  try {
    return await check(services, prover, proof);
  } catch (error) {
    await auditRefusal(services, prover, proof, error);
    throw error;
  }
}
