import type { SecondFactorMethod } from '#contract/second-factor.ts';
import type { Proof } from '#contract/second-factor-proof.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { hashToken, mintToken } from '#server/crypto/token-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { dropCookie, readCookie, setCookie } from '#server/http/cookies.ts';
import type { RequestContext } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { readKnownDevice, setSignInCookies } from '../session-cookies.ts';
import { startSession } from '../sessions.ts';
import { type HeldFactors, methodsOf } from './held-factors.ts';
import {
  countAttempt,
  deletePendingSignIn,
  findPendingSignIn,
  insertPendingSignIn,
  type PendingSignIn,
} from './pending-queries.ts';
import { ownPasskeyOptions } from './verify-passkey.ts';
import { type ProofServices, verifyProof } from './verify-proof.ts';

const cookieName = '__Host-reeve_second_factor';
const lifetimeSeconds = 10 * 60;
const mostAttempts = 5;

export interface AskedForFactor {
  token: string;
  methods: SecondFactorMethod[];
}

/** In the transaction that would start the session: the password was right, and the member has a second factor. */
export async function askForFactor(
  tx: Database,
  account: { id: string; workspace_id: string; email: string; name: string },
  { held, at, ip }: { held: HeldFactors; at: Date; ip: string | null },
): Promise<AskedForFactor> {
  const { token, hash } = mintToken('2fa-');
  await insertPendingSignIn(tx, {
    id: newId('psi'),
    workspace_id: account.workspace_id,
    member_id: account.id,
    token_hash: hash,
    created_at: at,
    expires_at: new Date(at.getTime() + lifetimeSeconds * 1000),
  });
  const actor = { kind: 'anonymous' as const, id: null, label: account.email, workspaceId: account.workspace_id, ip };
  const subject = { kind: 'member', id: account.id, label: `${account.name} <${account.email}>` };
  const methods = methodsOf(held);
  await record(tx, actor, 'second-factor.asked', { at, subject, methods });
  return { token, methods };
}

export const setPendingCookie = (responseHeaders: Headers, token: string): void =>
  setCookie(responseHeaders, cookieName, token, { maxAgeSeconds: lifetimeSeconds });

async function openPending(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { cookieHeader }: Pick<RequestContext, 'cookieHeader'>,
): Promise<PendingSignIn> {
  const token = readCookie(cookieHeader, cookieName);
  const pending = token === null ? undefined : await findPendingSignIn(db, hashToken(token), clock());
  if (!pending) throw new ReeveError('second-factor-expired');
  return pending;
}

/** @throws ReeveError second-factor-expired, passkeys-impossible */
export async function pendingPasskeyOptions(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  context: RequestContext,
): Promise<Record<string, unknown>> {
  const { workspace_id: workspaceId, member_id: memberId } = await openPending(services, context);
  return ownPasskeyOptions(services, { workspaceId, memberId, purpose: 'second-factor' });
}

/**
 * The second half of a sign-in. The cookie says whose password was right; a copy of it is worth nothing without the factor, five wrong
 * ones end it, and it makes one session.
 */
export async function finishSignIn(
  services: ProofServices & Pick<Services, 'signerFor'>,
  context: RequestContext,
  proof: Proof,
): Promise<{ recoveryCodesLeft: number | null }> {
  const { db, clock } = services;
  const { ip, userAgent, responseHeaders, cookieHeader, member: replaces } = context;
  const pending = await openPending(services, context);
  const { id, member_id: memberId, workspace_id: workspaceId, email, name } = pending;
  if (!(await countAttempt(db, { id, most: mostAttempts }))) throw new ReeveError('second-factor-expired');
  const knownDevice = await readKnownDevice(services, cookieHeader, memberId);
  const prover = { memberId, workspaceId, email, name, purpose: 'second-factor' as const, knownDevice, ip };
  const { recoveryCodesLeft } = await verifyProof(services, prover, proof);
  const at = clock();
  const { token } = await db.transaction().execute(async (tx) => {
    if (!(await deletePendingSignIn(tx, id))) throw new ReeveError('second-factor-expired');
    const shown = { secondFactorAt: at, secondFactor: proof.method };
    return startSession(tx, { memberId, at, ip, userAgent, replaces, because: 'password', ...shown });
  });
  dropCookie(responseHeaders, cookieName);
  await setSignInCookies(services, responseHeaders, { token, memberId });
  return { recoveryCodesLeft };
}
