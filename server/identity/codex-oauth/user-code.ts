import { randomInt } from 'node:crypto';
import { hashToken } from '#server/crypto/token-hash.ts';

/** Consonants without vowels (no words) and without letters that look like another or a digit: RFC 8628 §6.1. 20^8 codes. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const letters = 8;

const grouped = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`;

export const makeUserCode = (): string =>
  grouped(Array.from({ length: letters }, () => alphabet[randomInt(alphabet.length)]).join(''));

/** As people type it: any case, with or without the dash. Null when it cannot be a code. */
export function readUserCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '');
  return code.length === letters && [...code].every((letter) => alphabet.includes(letter)) ? grouped(code) : null;
}

export const userCodeHash = (userCode: string): string => hashToken(userCode);
