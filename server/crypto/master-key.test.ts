import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { secretText } from '#server/secret-text.ts';
import { addMasterKey, dropOldMasterKeys, loadMasterKeys } from './master-key.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-keys-'));
  path = join(folder, 'keys', 'master.key');
});
afterEach(() => rm(folder, { recursive: true }));

const permissions = async () => (await stat(path)).mode & 0o777;

test('the first start makes a key that only its owner reads; later starts keep it', async () => {
  const made = await loadMasterKeys({ from: 'file', path, createIfMissing: true });
  expect(await permissions()).toBe(0o600);
  expect((await loadMasterKeys({ from: 'file', path, createIfMissing: true })).current).toEqual(made.current);
  expect(await readdir(dirname(path))).toEqual(['master.key']);
});

test('a key file that others may read is closed to them', async () => {
  await loadMasterKeys({ from: 'file', path, createIfMissing: true });
  await chmod(path, 0o644);
  await loadMasterKeys({ from: 'file', path, createIfMissing: true });
  expect(await permissions()).toBe(0o600);
});

test('a named key file that is missing is never replaced by a new key', async () => {
  await expect(loadMasterKeys({ from: 'file', path, createIfMissing: false })).rejects.toThrow(
    /REEVE_MASTER_KEY_FILE: .*does not exist/,
  );
});

test('a damaged key file is refused by its name, without its content', async () => {
  await loadMasterKeys({ from: 'file', path, createIfMissing: true });
  await writeFile(path, 'damaged-content');
  const refusal = loadMasterKeys({ from: 'file', path, createIfMissing: true });
  await expect(refusal).rejects.toThrow(`${path}: the key is not 32 bytes in base64`);
  await expect(refusal).rejects.not.toThrow('damaged-content');
});

test('a rotation puts a new key in front, keeps the old until it is dropped', async () => {
  const before = await loadMasterKeys({ from: 'file', path, createIfMissing: true });
  const rotating = await addMasterKey(path);
  expect(rotating.all.map(({ id }) => id)).toEqual([rotating.current.id, before.current.id]);
  const after = await dropOldMasterKeys(path);
  expect(after.all).toEqual([rotating.current]);
  expect(await permissions()).toBe(0o600);
});

test('keys from the environment need no file', async () => {
  await loadMasterKeys({ from: 'file', path, createIfMissing: true });
  const keys = (await readFile(path, 'utf8')).split('\n').at(1) ?? '';
  const ring = await loadMasterKeys({ from: 'environment', keys: secretText(keys) });
  expect(ring.all).toHaveLength(1);
});
