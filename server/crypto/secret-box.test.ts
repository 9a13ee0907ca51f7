import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyListProblem, readKeyRing } from './key-ring.ts';
import { createSecretBox, SecretUnreadable } from './secret-box.ts';

const newKey = () => randomBytes(32).toString('base64');
const boxWith = async (keys: string) => createSecretBox(await readKeyRing(keys, 'test'));
const place = 'upstreams/ups_1/api_key';

test('what was sealed opens at the same place', async () => {
  const box = await boxWith(newKey());
  const sealed = await box.seal('sk-upstream-ü', place);
  expect(sealed).not.toContain('upstream-ü');
  expect(await box.open(sealed, place)).toBe('sk-upstream-ü');
  expect(await box.seal('sk-upstream-ü', place)).not.toBe(sealed);
});

test('a ciphertext moved to another row does not open', async () => {
  const box = await boxWith(newKey());
  const sealed = await box.seal('secret', place);
  await expect(box.open(sealed, 'upstreams/ups_2/api_key')).rejects.toThrow(SecretUnreadable);
});

test('any changed part is refused, the context in the header too', async () => {
  const box = await boxWith(newKey());
  const parts = (await box.seal('secret', place)).split('.');
  const header = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString());
  const moved = [
    Buffer.from(JSON.stringify({ ...header, context: 'elsewhere' })).toString('base64url'),
    ...parts.slice(1),
  ].join('.');
  await expect(box.open(moved, 'elsewhere')).rejects.toThrow(SecretUnreadable);
  for (const index of [1, 2, 3, 4]) {
    const part = parts[index] ?? '';
    const changed = parts.with(index, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
    await expect(box.open(changed, place)).rejects.toThrow(SecretUnreadable);
  }
  await expect(box.open('no jwe', place)).rejects.toThrow(SecretUnreadable);
});

test('after a rotation old secrets open, ask to be sealed again, and need the old key until then', async () => {
  const [oldKey, key] = [newKey(), newKey()];
  const sealed = await (await boxWith(oldKey)).seal('secret', place);
  const rotating = await boxWith(`${key},${oldKey}`);
  expect(await rotating.open(sealed, place)).toBe('secret');
  expect(rotating.needsReseal(sealed)).toBe(true);
  const again = await rotating.seal('secret', place);
  expect(rotating.needsReseal(again)).toBe(false);
  const rotated = await boxWith(key);
  expect(await rotated.open(again, place)).toBe('secret');
  await expect(rotated.open(sealed, place)).rejects.toThrow(/which is not loaded/);
});

test('keys have stable names, or the ones they are given', async () => {
  const key = newKey();
  expect((await boxWith(key)).currentKeyId).toBe((await boxWith(`# made today\n${key}\n`)).currentKeyId);
  expect((await boxWith(`2026-11:${key}`)).currentKeyId).toBe('2026-11');
  await expect(boxWith(`a:${newKey()},a:${key}`)).rejects.toThrow('two keys are called a');
});

test.each([
  ['', 'holds no key'],
  ['# only a comment', 'holds no key'],
  ['c2hvcnQ=', 'the key is not 32 bytes in base64'],
  [`${newKey()},${newKey()}extra`, 'key 2 of 2 is not 32 bytes in base64'],
])('key list %j: %s', async (text, problem) => {
  expect(keyListProblem(text)).toBe(problem);
  await expect(readKeyRing(text, 'REEVE_MASTER_KEY')).rejects.toThrow(`REEVE_MASTER_KEY: ${problem}`);
});
