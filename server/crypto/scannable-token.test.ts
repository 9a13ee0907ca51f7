import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type TokenKind, tokenFormats } from '#contract/token-formats.ts';
import { checksumOf, isWellFormed, mintScannableToken } from './scannable-token.ts';
import { hashToken } from './token-hash.ts';

const kinds = Object.keys(tokenFormats) as TokenKind[];

test.each(kinds)('%s: prefix, 43 random characters, 6 of checksum', (kind) => {
  const seen = new Set<string>();
  for (let made = 0; made < 500; made += 1) {
    const { token, hash, hint } = mintScannableToken(kind);
    expect(token).toMatch(new RegExp(`^${tokenFormats[kind].prefix}[0-9A-Za-z]{49}$`));
    expect(token.startsWith(hint)).toBe(true);
    expect(hash).toBe(hashToken(token));
    expect(isWellFormed(kind, token)).toBe(true);
    seen.add(token);
  }
  expect(seen.size).toBe(500);
});

test.each(kinds)('%s: one wrong character anywhere is noticed', (kind) => {
  const { token } = mintScannableToken(kind);
  for (let place = tokenFormats[kind].prefix.length; place < token.length; place += 1) {
    const other = token[place] === 'x' ? 'y' : 'x';
    expect(isWellFormed(kind, token.slice(0, place) + other + token.slice(place + 1)), `at ${place}`).toBe(false);
  }
  expect(isWellFormed(kind, `${token}x`)).toBe(false);
  expect(isWellFormed(kind, token.slice(0, -1))).toBe(false);
  for (const other of kinds.filter((name) => name !== kind)) expect(isWellFormed(other, token)).toBe(false);
});

test('tokens of 0.1, which have no checksum, are let through to the look-up; workspace keys always had one', () => {
  const old = randomBytes(32).toString('base64url');
  expect(isWellFormed('personal-access-token', `at-${old}`)).toBe(true);
  expect(isWellFormed('api-key', `sk-reeve-${old}`)).toBe(true);
  expect(isWellFormed('workspace-key', `rk-${old}`)).toBe(false);
  expect(isWellFormed('personal-access-token', `at-${old}.`)).toBe(false);
});

test('the checksum is the one that the guide describes', () => {
  expect(checksumOf('0'.repeat(43))).toBe('2CZclj');
});
