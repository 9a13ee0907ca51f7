import { expect, test } from 'vitest';
import { hashPassword, needsRehash, verifyPassword } from './password-hash.ts';

test('passwords are argon2id with 19 MiB, each with its own salt', async () => {
  const hashed = await hashPassword('correct horse battery');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await hashPassword('correct horse battery')).not.toBe(hashed);
});

test('only the right password verifies', async () => {
  const hashed = await hashPassword('correct horse battery');
  expect(await verifyPassword(hashed, 'correct horse battery')).toBe(true);
  expect(await verifyPassword(hashed, 'correct horse batterz')).toBe(false);
});

test('an account that does not exist never verifies, not even with the stand-in password', async () => {
  expect(await verifyPassword(null, 'correct horse battery')).toBe(false);
  expect(await verifyPassword(null, 'a password that nobody has')).toBe(false);
});

test('a hash of another cost asks to be made again', async () => {
  expect(needsRehash(await hashPassword('x'))).toBe(false);
  expect(needsRehash('$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA')).toBe(true);
});
