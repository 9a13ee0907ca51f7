import { type Actor, record } from '#server/audit/index.ts';
import { hashPassword, needsRehash, verifyPassword } from '#server/crypto/password-hash.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { findHeldFactors } from './second-factor/factor-queries.ts';
import { isEnrolled } from './second-factor/held-factors.ts';
import { type AskedForFactor, askForFactor } from './second-factor/pending-sign-in.ts';
import { readKnownDevice } from './session-cookies.ts';
import { type Account, findAccount, findFirstWorkspaceId, isKnownAddress, setPasswordHash } from './session-queries.ts';
import { startSession } from './sessions.ts';
import type { SignInLimits } from './sign-in-limits.ts';
import { readSignOnRule } from './sso-requirement.ts';

export interface SignInRequest {
  email: string;
  password: string;
  ip: string | null;
  userAgent: string | null;
  cookieHeader: string | null;
  replaces: SignedInMember | null;
}

/** A session, or the question for the second factor that comes before it. */
export type PasswordAnswer =
  | { state: 'signed-in'; token: string; memberId: string }
  | ({ state: 'second-factor-needed' } & AskedForFactor);

type Refusal = 'wrong-credentials' | 'member-suspended' | 'sso-required' | 'too-many-attempts';

/**
 * Checks e-mail and password and starts a session, or asks whoever has a second factor for it. An account that does not exist, one
 * without a password and a wrong password cost the same time and get the same answer.
 */
export async function signIn(
  services: Pick<Services, 'db' | 'clock' | 'log' | 'signerFor'>,
  limits: SignInLimits,
  request: SignInRequest,
): Promise<PasswordAnswer> {
  const { db, clock } = services;
  const account = await findAccount(db, request.email);
  const attempt = {
    email: request.email,
    ip: request.ip,
    knownDevice: await readKnownDevice(services, request.cookieHeader, account?.id ?? ''),
    isKnownAddress: await isKnownAddress(db, account?.id ?? '', request.ip, clock()),
  };
  const refuse = async (because: Refusal, details: Record<string, unknown> = {}): Promise<never> => {
    await auditRefusal(services, limits, { request, account, because });
    throw new ReeveError(because, details);
  };

  const admission = await limits.admit(attempt);
  if (!admission.allowed) {
    const { retryAfterSeconds, isFirst } = admission;
    if (isFirst) await refuse('too-many-attempts', { retryAfterSeconds });
    throw new ReeveError('too-many-attempts', { retryAfterSeconds });
  }
  const passwordHash = account?.password_hash ?? null;
  if (!(await verifyPassword(passwordHash, request.password)) || !account) return refuse('wrong-credentials');
  await limits.forgive(attempt);
  // Said only to someone who knows the password. Invited people have none.
  if (account.status !== 'active') return refuse('member-suspended');
  const signOn = await readSignOnRule(db, account.id);
  if (signOn.is === 'required') return refuse('sso-required', { connection: signOn.connection });

  const freshHash = needsRehash(account.password_hash ?? '') ? await hashPassword(request.password) : null;
  return db.transaction().execute(async (tx) => {
    if (freshHash) await setPasswordHash(tx, account.id, freshHash);
    const held = await findHeldFactors(tx, account.id);
    if (isEnrolled(held))
      return {
        state: 'second-factor-needed',
        ...(await askForFactor(tx, account, { held, at: clock(), ip: request.ip })),
      };
    const { token } = await startSession(tx, {
      memberId: account.id,
      at: clock(),
      ip: request.ip,
      userAgent: request.userAgent,
      replaces: request.replaces,
      because: 'password',
    });
    return { state: 'signed-in', token, memberId: account.id };
  });
}

/** Attempts beyond a limit are not audited one by one: only the first of them, and only so many refusals in an hour. */
async function auditRefusal(
  { db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>,
  limits: SignInLimits,
  { request, account, because }: { request: SignInRequest; account: Account | undefined; because: Refusal },
): Promise<void> {
  const workspaceId = account?.workspace_id ?? (await findFirstWorkspaceId(db));
  if (workspaceId === null) return;
  const admission = await limits.mayAuditRefusal(workspaceId);
  if (!admission.allowed && !admission.isFirst) return;
  if (!admission.allowed) log.warn({ workspaceId }, 'more sign-ins are refused than the audit log takes in an hour');
  const actor: Actor = { kind: 'anonymous', id: null, label: request.email, workspaceId, ip: request.ip };
  const subject = account && { kind: 'member', id: account.id, label: `${account.name} <${account.email}>` };
  const moreAreNotListed = admission.allowed ? {} : { moreAreNotListed: true };
  await db
    .transaction()
    .execute((tx) =>
      record(tx, actor, 'session.refused', { at: clock(), ...(subject && { subject }), because, ...moreAreNotListed }),
    );
}
