import { Buffer } from 'node:buffer';
import { calculateJwkThumbprint } from 'jose';

export const keyBytes = 32;

export interface MasterKey {
  id: string;
  bytes: Uint8Array;
}

/** Key-encryption keys. The first one seals; every one opens, until `rotate-keys` has re-encrypted what the others sealed. */
export interface KeyRing {
  current: MasterKey;
  all: readonly MasterKey[];
}

/** The name of a key that was given none: the start of its thumbprint (RFC 7638), so that every process names it alike. */
async function keyIdOf(bytes: Uint8Array): Promise<string> {
  const thumbprint = await calculateJwkThumbprint({ kty: 'oct', k: Buffer.from(bytes).toString('base64url') });
  return thumbprint.slice(0, 12);
}

const line = /^(?:(?<id>[A-Za-z0-9_-]{1,40}):)?(?<key>[A-Za-z0-9+/_-]{43}=?)$/;

/**
 * What is wrong with a list of keys, in words that never repeat a key; null when nothing is. Keys are separated by commas or line
 * ends, each `base64` or `id:base64`; lines that start with # are comments.
 */
export function keyListProblem(text: string): string | null {
  const entries = keyEntries(text);
  if (entries.length === 0) return 'holds no key';
  for (const [index, entry] of entries.entries()) {
    const found = line.exec(entry)?.groups;
    const place = entries.length === 1 ? 'the key' : `key ${index + 1} of ${entries.length}`;
    if (!found || Buffer.from(found.key ?? '', 'base64').length !== keyBytes)
      return `${place} is not 32 bytes in base64`;
  }
  return null;
}

const keyEntries = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .filter((row) => !row.trimStart().startsWith('#'))
    .join(',')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** Reads a list of keys; `source` (a variable or file name) is named when it cannot be read. */
export async function readKeyRing(text: string, source: string): Promise<KeyRing> {
  const problem = keyListProblem(text);
  if (problem) throw new Error(`${source}: ${problem}. Make a key with: openssl rand -base64 32`);
  const all = await Promise.all(
    keyEntries(text).map(async (entry): Promise<MasterKey> => {
      const found = line.exec(entry)?.groups;
      const bytes = new Uint8Array(Buffer.from(found?.key ?? '', 'base64'));
      return { id: found?.id ?? (await keyIdOf(bytes)), bytes };
    }),
  );
  const [current] = all;
  if (!current) throw new Error(`${source}: holds no key. Make one with: openssl rand -base64 32`);
  const twice = all.find((key, index) => all.findIndex((other) => other.id === key.id) !== index);
  if (twice) throw new Error(`${source}: two keys are called ${twice.id}. Give every key its own id, or none.`);
  return { current, all };
}
