import type { AuthenticationAnswer } from '#contract/second-factor-proof.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { isChallengeOf, keepChallenge } from './challenges.ts';
import {
  type ChallengeUse,
  findPasskey,
  listPasskeys,
  markPasskeyUsed,
  type StoredPasskey,
} from './passkey-queries.ts';
import { relyingParty, webAuthn } from './relying-party.ts';

type PasskeyServices = Pick<Services, 'db' | 'clock' | 'origin'>;

/** What any passkey of this server has to sign; the browser offers the person those it has. */
export async function anyPasskeyOptions(services: PasskeyServices): Promise<Record<string, unknown>> {
  const { id } = relyingParty(services.origin);
  const { generateAuthenticationOptions } = await webAuthn();
  const options = await generateAuthenticationOptions({ rpID: id, userVerification: 'required' });
  await keepChallenge(services, options.challenge, { purpose: 'sign-in', memberId: null });
  return { ...options };
}

/** What one of this member's passkeys has to sign. */
export async function ownPasskeyOptions(
  services: PasskeyServices,
  { workspaceId, memberId, purpose }: { workspaceId: string; memberId: string; purpose: 'second-factor' | 'step-up' },
): Promise<Record<string, unknown>> {
  const { id } = relyingParty(services.origin);
  const passkeys = await listPasskeys(services.db, workspaceId, memberId);
  const { generateAuthenticationOptions } = await webAuthn();
  const options = await generateAuthenticationOptions({
    rpID: id,
    allowCredentials: passkeys.map((passkey) => ({ id: passkey.id, transports: passkey.transports })),
    userVerification: 'preferred',
  });
  await keepChallenge(services, options.challenge, { purpose, memberId });
  return { ...options };
}

/** RFC 4648 §5 of the bytes that `startPasskey` gave as user id. */
const belongsTo = (userHandle: string | undefined, { member_id }: StoredPasskey): boolean =>
  userHandle === undefined || Buffer.from(userHandle, 'base64url').toString() === member_id;

/**
 * Checks what a passkey signed: our challenge for this use, our origin and name, its key, a counter that did not go back. Whoever signs
 * in by it alone must also have unlocked it (user verification), which makes it two factors in one.
 * @throws ReeveError passkey-refused, with the passkey's owner in `details` for the audit log when it is known
 */
export async function verifyPasskey(
  services: PasskeyServices,
  use: ChallengeUse,
  answer: AuthenticationAnswer,
): Promise<StoredPasskey> {
  const { id, origin } = relyingParty(services.origin);
  const passkey = await findPasskey(services.db, answer.id);
  const isTheirs = passkey && (use.memberId === null || passkey.member_id === use.memberId);
  if (!isTheirs || !belongsTo(answer.response.userHandle, passkey)) throw new ReeveError('passkey-refused');
  const { userHandle, ...response } = answer.response;
  const { verifyAuthenticationResponse } = await webAuthn();
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      id: answer.id,
      rawId: answer.rawId,
      type: answer.type,
      clientExtensionResults: {},
      response: { ...response, ...(userHandle !== undefined && { userHandle }) },
    },
    expectedChallenge: isChallengeOf(services, use),
    expectedOrigin: origin,
    expectedRPID: id,
    credential: {
      id: passkey.id,
      publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
      counter: passkey.counter,
      transports: passkey.transports,
    },
    requireUserVerification: use.purpose === 'sign-in',
  }).catch((cause: unknown) => {
    throw new ReeveError('passkey-refused', {}, { cause });
  });
  if (!verified) throw new ReeveError('passkey-refused');
  await markPasskeyUsed(services.db, {
    id: passkey.id,
    counter: authenticationInfo.newCounter,
    isBackedUp: authenticationInfo.credentialBackedUp,
    at: services.clock(),
  });
  return passkey;
}
