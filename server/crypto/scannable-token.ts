import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { checksumLength, randomLength, type TokenKind, tokenFormats, tokenPattern } from '#contract/token-formats.ts';
import { hashToken, type MintedToken } from './token-hash.ts';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; rest > 0n; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, '0');
}

/** 62^43 is just above 2^256, so 32 bytes always fit. */
const randomPart = (): string => base62(BigInt(`0x${randomBytes(32).toString('hex')}`), randomLength);

/** CRC-32 of the random part, as base62: enough to tell a leaked secret from a look-alike without asking anybody. */
export const checksumOf = (random: string): string => base62(BigInt(crc32(random)), checksumLength);

/** A random token of 256 bits that says what it is and carries its own checksum. */
export function mintScannableToken(kind: TokenKind): MintedToken & { hint: string } {
  const { prefix } = tokenFormats[kind];
  const random = randomPart();
  const token = `${prefix}${random}${checksumOf(random)}`;
  return { token, hash: hashToken(token), hint: token.slice(0, prefix.length + 4) };
}

const withoutChecksum = new RegExp(`^[A-Za-z0-9_-]{${randomLength}}$`);
const patterns = Object.fromEntries(
  Object.keys(tokenFormats).map((kind) => [kind, new RegExp(`^${tokenPattern(kind as TokenKind)}$`)]),
);

/** Whether it can be a token of this kind at all: what is mistyped or made up costs no look-up. */
export function isWellFormed(kind: TokenKind, token: string): boolean {
  const { prefix, hadNoChecksum } = tokenFormats[kind];
  const body = token.slice(prefix.length);
  if (hadNoChecksum && token.startsWith(prefix) && withoutChecksum.test(body)) return true;
  if (!patterns[kind]?.test(token)) return false;
  return checksumOf(body.slice(0, randomLength)) === body.slice(randomLength);
}
