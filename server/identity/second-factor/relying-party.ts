import { isIP } from 'node:net';
import { errors } from '#contract/errors.ts';
import { ReeveError } from '#server/fail.ts';

/** Who asks for a passkey: browsers give it to this name and origin only (WebAuthn Level 3 §5.1.3). */
export interface RelyingParty {
  id: string;
  origin: string;
}

const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[|\]$/g, '');

/** Null where passkeys work. An address is no name that a browser would bind a passkey to. */
export const passkeysImpossibleBecause = (origin: string): string | null =>
  isIP(hostOf(origin)) === 0 ? null : errors['passkeys-impossible'].message;

/** @throws ReeveError passkeys-impossible */
export function relyingParty(origin: string): RelyingParty {
  const id = hostOf(origin);
  if (isIP(id) !== 0) throw new ReeveError('passkeys-impossible', { host: id });
  return { id, origin };
}

/** A large library that a start does without: loaded with the first passkey. */
export const webAuthn = () => import('@simplewebauthn/server');
