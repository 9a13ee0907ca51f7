import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface MintedToken {
  /** Shown once, never stored. */
  token: string;
  /** What is stored and looked up. */
  hash: string;
}

/** A random token of 256 bits behind a prefix that says what it is, such as `at-` or `sk-reeve-`. */
export function mintToken(prefix: string): MintedToken {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

/** SHA-256, base64url: enough for tokens of full entropy, and a plain index finds it. Never for passwords. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url');

/** Compares two texts without telling by its duration where they differ. */
export const sameText = (one: string, other: string): boolean =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
