import type { Passkey } from '#contract/second-factor.ts';
import type { RegistrationAnswer } from '#contract/second-factor-proof.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { readWorkspaceName } from '../session-queries.ts';
import { isChallengeOf, keepChallenge } from './challenges.ts';
import { describePasskey } from './describe-factors.ts';
import { lockFactors, markShown } from './factor-queries.ts';
import { insertPasskey, listPasskeys } from './passkey-queries.ts';
import { firstRecoveryCodes } from './recovery-codes.ts';
import { relyingParty, webAuthn } from './relying-party.ts';

const mostPasskeys = 20;
/** EdDSA, ES256, RS256 (COSE): what authenticators have. */
const algorithms = [-8, -7, -257];

/** What the browser needs to make a passkey for this member. @throws ReeveError passkeys-impossible, bad-input */
export async function startPasskey(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  { workspaceId, memberId, email, name }: SignedInMember,
): Promise<Record<string, unknown>> {
  const { db, origin } = services;
  const { id } = relyingParty(origin);
  const existing = await listPasskeys(db, workspaceId, memberId);
  if (existing.length >= mostPasskeys)
    throw new ReeveError('bad-input', { reason: `at most ${mostPasskeys} passkeys; remove one first` });
  const { generateRegistrationOptions } = await webAuthn();
  const options = await generateRegistrationOptions({
    rpName: `Reeve (${await readWorkspaceName(db, workspaceId)})`,
    rpID: id,
    // No address or name: it stays on the authenticator and is sent back by it (WebAuthn Level 3 §14.6.1).
    userID: new TextEncoder().encode(memberId),
    userName: email,
    userDisplayName: name,
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: existing.map((passkey) => ({ id: passkey.id, transports: passkey.transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
  await keepChallenge(services, options.challenge, { purpose: 'registration', memberId });
  return { ...options };
}

/** @throws ReeveError passkey-refused, already-exists */
async function verifyRegistration(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  memberId: string,
  answer: RegistrationAnswer,
) {
  const { id, origin } = relyingParty(services.origin);
  const { transports, ...response } = answer.response;
  const { verifyRegistrationResponse } = await webAuthn();
  const outcome = await verifyRegistrationResponse({
    response: {
      id: answer.id,
      rawId: answer.rawId,
      type: answer.type,
      clientExtensionResults: {},
      response: { ...response, ...(transports && { transports }) },
    },
    expectedChallenge: isChallengeOf(services, { purpose: 'registration', memberId }),
    expectedOrigin: origin,
    expectedRPID: id,
    supportedAlgorithmIDs: algorithms,
    requireUserVerification: false,
  }).catch((cause: unknown) => {
    throw new ReeveError('passkey-refused', {}, { cause });
  });
  if (!outcome.verified) throw new ReeveError('passkey-refused');
  return { ...outcome.registrationInfo, transports: transports ?? [] };
}

/** Keeps the passkey. With the first factor come recovery codes, and this session counts as having shown it. */
export async function addPasskey(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  { actor, member }: { actor: Actor; member: SignedInMember },
  { name, answer }: { name: string; answer: RegistrationAnswer },
): Promise<{ passkey: Passkey; recoveryCodes: string[] }> {
  const { memberId, workspaceId, sessionId } = member;
  const { credential, credentialBackedUp, transports } = await verifyRegistration(services, memberId, answer);
  const at = services.clock();
  const row = {
    id: credential.id,
    workspace_id: workspaceId,
    member_id: memberId,
    name,
    public_key: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: JSON.stringify(transports),
    is_backed_up: credentialBackedUp,
    created_at: at,
  };
  return services.db.transaction().execute(async (tx) => {
    await lockFactors(tx, memberId);
    if (!(await insertPasskey(tx, row)))
      throw new ReeveError('already-exists', {}, { message: 'This passkey is registered already.' });
    const recoveryCodes = await firstRecoveryCodes(tx, { workspaceId, memberId, at });
    await markShown(tx, { sessionId, at });
    const subject = { kind: 'passkey', id: row.id, label: name };
    await record(tx, actor, 'second-factor.added', { at, subject, method: 'passkey' });
    return { passkey: describePasskey({ ...row, last_used_at: null }), recoveryCodes };
  });
}
