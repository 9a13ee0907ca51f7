import type { AuthenticationAnswer } from '#contract/second-factor-proof.ts';
import type { RequestContext } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { setSignInCookies } from '../session-cookies.ts';
import { startSession } from '../sessions.ts';
import { verifyPasskey } from './verify-passkey.ts';

/**
 * A passkey its owner has unlocked is possession and knowledge (or a fingerprint) at once: no password, no further factor.
 * @throws ReeveError passkey-refused, sso-required, member-suspended
 */
export async function signInWithPasskey(
  services: Pick<Services, 'db' | 'clock' | 'origin' | 'signerFor'>,
  { ip, userAgent, responseHeaders, member: replaces }: RequestContext,
  answer: AuthenticationAnswer,
): Promise<void> {
  const { member_id: memberId } = await verifyPasskey(services, { purpose: 'sign-in', memberId: null }, answer);
  const at = services.clock();
  const shown = { secondFactorAt: at, secondFactor: 'passkey' } as const;
  const { token } = await services.db
    .transaction()
    .execute((tx) => startSession(tx, { memberId, at, ip, userAgent, replaces, because: 'passkey', ...shown }));
  await setSignInCookies(services, responseHeaders, { token, memberId });
}
