import { newId } from '#server/crypto/ids.ts';
import { dropCookie, readCookie, setCookie } from '#server/http/cookies.ts';
import type { Clock, Services } from '#server/services.ts';
import { sessionMaxAgeSeconds } from './session-lifetime.ts';

const sessionCookie = '__Host-reeve_session';
const deviceCookie = '__Host-reeve_device';
const deviceMaxAgeSeconds = 180 * 24 * 60 * 60;

export const readSessionToken = (cookieHeader: string | null): string | null => readCookie(cookieHeader, sessionCookie);

export const dropSessionCookie = (responseHeaders: Headers): void => dropCookie(responseHeaders, sessionCookie);

/** Sent after every successful sign-in: the new session, and that this browser is one the member has used. */
export async function setSignInCookies(
  { clock, signerFor }: Pick<Services, 'clock' | 'signerFor'>,
  responseHeaders: Headers,
  { token, memberId }: { token: string; memberId: string },
): Promise<void> {
  setCookie(responseHeaders, sessionCookie, token, { maxAgeSeconds: sessionMaxAgeSeconds });
  const expiresAt = clock().getTime() + deviceMaxAgeSeconds * 1000;
  const device = await signerFor('known-device').sign({ memberId, device: newId('dev'), expiresAt });
  setCookie(responseHeaders, deviceCookie, device, { maxAgeSeconds: deviceMaxAgeSeconds });
}

/**
 * The id of this browser when `memberId` has signed in with it before, else null. Attempts from a known browser are counted for
 * themselves, so that nobody elsewhere can lock the member out (OWASP's device cookies).
 */
export async function readKnownDevice(
  { clock, signerFor }: { clock: Clock } & Pick<Services, 'signerFor'>,
  cookieHeader: string | null,
  memberId: string,
): Promise<string | null> {
  const signed = readCookie(cookieHeader, deviceCookie);
  if (signed === null) return null;
  const claims = await signerFor('known-device').verify(signed);
  if (claims?.memberId !== memberId || typeof claims.device !== 'string') return null;
  if (typeof claims.expiresAt !== 'number' || claims.expiresAt <= clock().getTime()) return null;
  return claims.device;
}
