import { Secret, TOTP } from 'otpauth';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { readWorkspaceName } from '../session-queries.ts';
import {
  confirmTotpSecret,
  findTotpSecret,
  insertTotpSecret,
  lockFactors,
  markShown,
  takeTotpStep,
} from './factor-queries.ts';
import { firstRecoveryCodes } from './recovery-codes.ts';

/** What authenticator apps understand everywhere; some ignore anything else that the QR code says. */
const shape = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** One step to either side, for clocks that are half a minute off (RFC 6238 §5.2). */
const window = 1;
const secretBytes = 20;

const contextOf = (id: string): string => `totp_secrets/${id}/secret`;

/** Which 30-second step the code belongs to, or null when it belongs to none near now. */
function stepOf(base32: string, typed: string, now: Date): number | null {
  const token = typed.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const totp = new TOTP({ ...shape, secret: Secret.fromBase32(base32) });
  const timestamp = now.getTime();
  const delta = totp.validate({ token, timestamp, window });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}

/** A new secret. It counts for nothing until `confirmTotp`, and the app in use stays in use until then. */
export async function startTotp(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  { workspaceId, memberId, email }: SignedInMember,
): Promise<{ secret: string; uri: string }> {
  const id = newId('otp');
  const secret = new Secret({ size: secretBytes });
  const sealed = await secrets.seal(secret.base32, contextOf(id));
  const issuer = `Reeve (${await readWorkspaceName(db, workspaceId)})`;
  await db.transaction().execute(async (tx) => {
    await lockFactors(tx, memberId);
    const owner = { workspace_id: workspaceId, member_id: memberId };
    await insertTotpSecret(tx, { id, ...owner, sealed_secret: sealed, created_at: clock() });
  });
  return { secret: secret.base32, uri: new TOTP({ ...shape, issuer, label: email, secret }).toString() };
}

/** @throws ReeveError totp-not-started, second-factor-wrong */
export async function confirmTotp(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  { actor, member }: { actor: Actor; member: SignedInMember },
  code: string,
): Promise<string[]> {
  const { workspaceId, memberId, sessionId } = member;
  const at = clock();
  const started = await findTotpSecret(db, memberId, { isConfirmed: false });
  if (!started) throw new ReeveError('totp-not-started');
  const step = stepOf(await secrets.open(started.sealed_secret, contextOf(started.id)), code, at);
  if (step === null) throw new ReeveError('second-factor-wrong');
  return db.transaction().execute(async (tx) => {
    await lockFactors(tx, memberId);
    if (!(await confirmTotpSecret(tx, { id: started.id, memberId, step, at })))
      throw new ReeveError('totp-not-started');
    const recoveryCodes = await firstRecoveryCodes(tx, { workspaceId, memberId, at });
    await markShown(tx, { sessionId, at });
    const subject = { kind: 'authenticator-app', id: started.id, label: 'Authenticator app' };
    await record(tx, actor, 'second-factor.added', { at, subject, method: 'totp' });
    return recoveryCodes;
  });
}

/** Whether this is the member's code of now. Each code is taken once, and none from before it afterwards. */
export async function takeTotpCode(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  memberId: string,
  code: string,
): Promise<boolean> {
  const inUse = await findTotpSecret(db, memberId, { isConfirmed: true });
  if (!inUse) return false;
  const step = stepOf(await secrets.open(inUse.sealed_secret, contextOf(inUse.id)), code, clock());
  return step !== null && takeTotpStep(db, { id: inUse.id, step });
}
