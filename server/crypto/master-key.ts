import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile, writeNewFile } from '#server/private-file.ts';
import type { SecretText } from '#server/secret-text.ts';
import { type KeyRing, keyBytes, readKeyRing } from './key-ring.ts';

/** Where the key-encryption keys come from: the environment, or a file that a first start may create. */
export type MasterKeySource =
  | { from: 'environment'; keys: SecretText }
  | { from: 'file'; path: string; createIfMissing: boolean };

const newKey = () => randomBytes(keyBytes).toString('base64');

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Loads the master keys. A key file that others may read is closed to 0600; a missing one is made where that is allowed. */
export async function loadMasterKeys(source: MasterKeySource): Promise<KeyRing> {
  if (source.from === 'environment') return readKeyRing(source.keys.reveal(), 'REEVE_MASTER_KEY');
  try {
    if (((await stat(source.path)).mode & 0o077) !== 0) await chmod(source.path, 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await createKeyFile(source);
  }
  return readKeyRing(await readFile(source.path, 'utf8'), source.path);
}

async function createKeyFile({ path, createIfMissing }: { path: string; createIfMissing: boolean }): Promise<void> {
  if (!createIfMissing) {
    throw new Error(
      `REEVE_MASTER_KEY_FILE: ${path} does not exist. Put back the file that sealed your data, or for a new installation make one: (umask 077; openssl rand -base64 32 > ${path})`,
    );
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeNewFile(
    path,
    `# Reeve's master key. Whoever has it can read every stored secret; without it they are lost. Back it up.\n${newKey()}\n`,
  );
}

/** First step of a rotation: a new key in front, so that it seals from now on. The old ones stay, to open what they sealed. */
export async function addMasterKey(path: string): Promise<KeyRing> {
  const before = await readFile(path, 'utf8');
  const keys = `${newKey()}\n${before}`;
  const ring = await readKeyRing(keys, path);
  await replaceFile(path, keys);
  return ring;
}

/** Last step: only the current key stays. Call it when nothing sealed by another is left, backups included. */
export async function dropOldMasterKeys(path: string): Promise<KeyRing> {
  const { current } = await readKeyRing(await readFile(path, 'utf8'), path);
  const keys = `${current.id}:${Buffer.from(current.bytes).toString('base64')}\n`;
  await replaceFile(path, keys);
  return readKeyRing(keys, path);
}
