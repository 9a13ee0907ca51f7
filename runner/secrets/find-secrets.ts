import type { Dirent } from 'node:fs';
import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface Secret {
  name: string;
  value: string;
}

export interface FoundSecret {
  name: string;
  /** Relative to the folder that was searched. */
  path: string;
}

interface Pattern {
  name: string;
  bytes: Buffer;
}

/** Shorter values are found everywhere; what they protect cannot be looked for. */
export const shortestFound = 6;
const pieceBytes = 1024 * 1024;

/**
 * The three ways in which base64 shows a text inside a longer one, without the characters that depend on its neighbours
 * (RFC 4648 §4: three bytes become four characters).
 */
function base64Forms(value: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), value])
      .toString('base64')
      .replace(/=+$/, '');
    const before = [0, 2, 3][shift] ?? 0;
    const rest = (shift + value.length) % 3;
    return text.slice(before, rest === 0 ? undefined : text.length - 1);
  });
}

/** As text, base64 in both alphabets, hexadecimal, in JSON and in a URL. */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = base64Forms(bytes).flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  const hex = bytes.toString('hex');
  const escaped = [JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
  return [...new Set([value, ...base64, hex, hex.toUpperCase(), ...escaped])].filter(
    (text) => text.length >= shortestFound,
  );
}

const patternsOf = (secrets: readonly Secret[]): Pattern[] =>
  secrets
    .filter(({ value }) => value.length >= shortestFound)
    .flatMap(({ name, value }) => formsOf(value).map((text) => ({ name, bytes: Buffer.from(text) })));

const firstIn = (text: Buffer, patterns: readonly Pattern[]): string | null =>
  patterns.find(({ bytes }) => text.indexOf(bytes) >= 0)?.name ?? null;

async function openToRead(path: string) {
  // No link is followed and no pipe waited for, whatever it became since it was listed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return open(path, flags).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
    await chmod(path, 0o600);
    return open(path, flags);
  });
}

async function searchFile(path: string, patterns: readonly Pattern[]): Promise<string | null> {
  const overlap = Math.max(...patterns.map(({ bytes }) => bytes.length)) - 1;
  const buffer = Buffer.alloc(pieceBytes + overlap);
  const file = await openToRead(path);
  try {
    let kept = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, pieceBytes, null);
      if (bytesRead === 0) return null;
      const text = buffer.subarray(0, kept + bytesRead);
      const found = firstIn(text, patterns);
      if (found !== null) return found;
      kept = Math.min(overlap, text.length);
      text.copyWithin(0, text.length - kept);
    }
  } finally {
    await file.close();
  }
}

async function searchEntry(folder: string, entry: Dirent, patterns: readonly Pattern[]): Promise<string | null> {
  const path = join(folder, entry.name);
  const inName = firstIn(Buffer.from(entry.name), patterns);
  if (inName !== null) return inName;
  if (entry.isSymbolicLink()) return firstIn(Buffer.from(await readlink(path)), patterns);
  return entry.isFile() ? searchFile(path, patterns) : null;
}

async function list(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
    await chmod(folder, 0o700);
    return readdir(folder, { withFileTypes: true });
  });
}

/**
 * Looks into every file, name and link below a folder for values that set-up was given, while no container runs.
 * A value that set-up compressed or encrypted is not found: nobody can.
 */
export async function findSecrets(folder: string, secrets: readonly Secret[]): Promise<FoundSecret[]> {
  const patterns = patternsOf(secrets);
  if (patterns.length === 0) return [];
  const found: FoundSecret[] = [];
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined && found.length < 20; at = waiting.pop()) {
    const stat = await lstat(join(folder, at));
    if (!stat.isDirectory()) continue;
    for (const entry of await list(join(folder, at))) {
      const name = await searchEntry(join(folder, at), entry, patterns);
      if (name !== null) found.push({ name, path: join(at, entry.name) });
      else if (entry.isDirectory()) waiting.push(join(at, entry.name));
    }
  }
  return found;
}

/** Takes values out of what is shown. A value of several lines is taken out line by line as well. */
export function createMask(secrets: readonly Secret[]): (text: string) => string {
  const values = secrets.flatMap(({ value }) => [
    ...formsOf(value),
    ...value.split('\n').filter((line) => line.trim().length >= shortestFound),
  ]);
  // Longest first: a value may hold another one.
  const ordered = [...new Set(values)].sort((one, other) => other.length - one.length);
  return (text) => ordered.reduce((masked, value) => masked.replaceAll(value, '***'), text);
}
