import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readKeyRing } from './key-ring.ts';
import { createSigner } from './signer.ts';
import { hashToken, mintToken, sameText } from './token-hash.ts';

test('a token says what it is, is never the same twice, and is found by its hash', () => {
  const { token, hash } = mintToken('at-');
  expect(token).toMatch(/^at-[A-Za-z0-9_-]{43}$/);
  expect(hashToken(token)).toBe(hash);
  expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(mintToken('at-').token).not.toBe(token);
});

test('texts compare by their whole content', () => {
  expect(sameText('one', 'one')).toBe(true);
  expect(sameText('one', 'two')).toBe(false);
  expect(sameText('one', 'one more')).toBe(false);
});

const newKey = () => randomBytes(32).toString('base64');
const signerWith = async (keys: string, purpose: string) => createSigner(await readKeyRing(keys, 'test'), purpose);

test('signed claims come back; changed, foreign or unsigned ones do not', async () => {
  const key = newKey();
  const signer = await signerWith(key, 'policy-revision');
  const signed = await signer.sign({ revision: 17, member: 'mem_1' });
  expect(await signer.verify(signed)).toEqual({ revision: 17, member: 'mem_1' });

  const [header = '', , signature = ''] = signed.split('.');
  const forged = Buffer.from(JSON.stringify({ revision: 18, member: 'mem_1' })).toString('base64url');
  expect(await signer.verify([header, forged, signature].join('.'))).toBeNull();
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  expect(await signer.verify([none, forged, ''].join('.'))).toBeNull();
  expect(await signer.verify('rev-17')).toBeNull();
  expect(await signer.verify('')).toBeNull();
  expect(await (await signerWith(newKey(), 'policy-revision')).verify(signed)).toBeNull();
});

test('a signature counts for one purpose only', async () => {
  const key = newKey();
  const signed = await (await signerWith(key, 'policy-revision')).sign({ member: 'mem_1' });
  expect(await (await signerWith(key, 'set-up-link')).verify(signed)).toBeNull();
});

test('while keys rotate, what the old key signed still counts', async () => {
  const [oldKey, key] = [newKey(), newKey()];
  const signed = await (await signerWith(oldKey, 'policy-revision')).sign({ member: 'mem_1' });
  expect(await (await signerWith(`${key},${oldKey}`, 'policy-revision')).verify(signed)).toEqual({ member: 'mem_1' });
});
