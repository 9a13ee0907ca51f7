import type { Dirent } from 'node:fs';
import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, readlink } from 'node:fs/promises';

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
  /** Of what is long enough to be broken into lines. */
  spaceless: Buffer | null;
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

/** In a URL: what every encoder leaves as it is stays, a space may be a plus, and digits are of either case. */
function urlForms(value: string): string[] {
  const strict = encodeURIComponent(value).replaceAll(
    /[!'()*~]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const forms = [encodeURIComponent(value), encodeURI(value), strict, strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((text) => text.replaceAll(/%../g, (one) => one.toLowerCase()))];
}

/** As a shell writes it again: within double quotes, within single quotes, and with a backslash before each odd character. */
const shellForms = (value: string): string[] => [
  value.replaceAll(/["$`\\]/g, '\\$&'),
  value.replaceAll("'", String.raw`'\''`),
  value.replaceAll(/[^\w@%+=:,./-]/g, '\\$&'),
];

const xmlForm = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** As text, base64 in both alphabets, hexadecimal, in JSON, XML, a URL and a shell's words; also without the white space around it. */
export function formsOf(value: string): string[] {
  const values = [...new Set([value, value.trim()])];
  const forms = values.flatMap((one) => {
    const bytes = Buffer.from(one);
    const base64 = base64Forms(bytes).flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
    const hex = bytes.toString('hex');
    const json = JSON.stringify(one).slice(1, -1);
    return [one, ...base64, hex, hex.toUpperCase(), json, xmlForm(one), ...urlForms(one), ...shellForms(one)];
  });
  return [...new Set(forms)].filter((text) => text.length >= shortestFound);
}

/** Programs break what is long into lines (base64 after 76 characters, PEM after 64), and shells make one line of many. */
const longestUnbroken = 48;
const whiteSpace = new Set(Buffer.from(' \t\r\n'));
const withoutSpace = (text: Buffer): Buffer => Buffer.from(text.filter((byte) => !whiteSpace.has(byte)));

function patternsOf(secrets: readonly Secret[]): Pattern[] {
  const pattern = (name: string, bytes: Buffer): Pattern => ({
    name,
    bytes,
    spaceless: bytes.length > longestUnbroken ? withoutSpace(bytes) : null,
  });
  return secrets
    .filter(({ value }) => value.trim().length >= shortestFound)
    .flatMap(({ name, value }) => [
      ...formsOf(value).map((text) => pattern(name, Buffer.from(text))),
      pattern(name, Buffer.from(value.trim(), 'utf16le')),
    ]);
}

function firstIn(text: Buffer, patterns: readonly Pattern[]): string | null {
  const whole = patterns.find(({ bytes }) => text.indexOf(bytes) >= 0);
  if (whole || !patterns.some(({ spaceless }) => spaceless)) return whole?.name ?? null;
  const bare = withoutSpace(text);
  return patterns.find(({ spaceless }) => spaceless && bare.indexOf(spaceless) >= 0)?.name ?? null;
}

async function openToRead(path: Buffer) {
  // No link is followed and no pipe waited for, whatever it became since it was listed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return open(path, flags).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
    await chmod(path, 0o600);
    return open(path, flags);
  });
}

interface Search {
  patterns: readonly Pattern[];
  signal: AbortSignal | undefined;
}

async function searchFile(path: Buffer, { patterns, signal }: Search): Promise<string | null> {
  // Twice, for line ends in it.
  const overlap = 2 * Math.max(...patterns.map(({ bytes }) => bytes.length));
  const buffer = Buffer.alloc(pieceBytes + overlap);
  const file = await openToRead(path);
  try {
    let kept = 0;
    for (;;) {
      signal?.throwIfAborted();
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

/** Names are bytes, and not always text. */
const below = (folder: Buffer, name: Buffer): Buffer =>
  folder.length === 0 ? name : Buffer.concat([folder, Buffer.from('/'), name]);

async function searchEntry(folder: Buffer, entry: Dirent<Buffer>, search: Search): Promise<string | null> {
  const { patterns } = search;
  const path = below(folder, entry.name);
  const inName = firstIn(entry.name, patterns);
  if (inName !== null) return inName;
  if (entry.isSymbolicLink()) return firstIn(await readlink(path, 'buffer'), patterns);
  return entry.isFile() ? searchFile(path, search) : null;
}

async function list(folder: Buffer): Promise<Dirent<Buffer>[]> {
  const options = { withFileTypes: true, encoding: 'buffer' } as const;
  return readdir(folder, options).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
    await chmod(folder, 0o700);
    return readdir(folder, options);
  });
}

/**
 * Looks into every file, name and link below a folder for values that set-up was given, while no container runs.
 * A value that set-up compressed or encrypted is not found: nobody can.
 */
export async function findSecrets(
  folder: string,
  secrets: readonly Secret[],
  signal?: AbortSignal,
): Promise<FoundSecret[]> {
  const patterns = patternsOf(secrets);
  if (patterns.length === 0) return [];
  const found: FoundSecret[] = [];
  const root = Buffer.from(folder);
  const waiting: Buffer[] = [Buffer.alloc(0)];
  for (let at = waiting.pop(); at !== undefined && found.length < 20; at = waiting.pop()) {
    signal?.throwIfAborted();
    const place = at.length === 0 ? root : below(root, at);
    const stat = await lstat(place);
    if (!stat.isDirectory()) continue;
    for (const entry of await list(place)) {
      const path = below(at, entry.name);
      const name = await searchEntry(place, entry, { patterns, signal });
      if (name !== null) found.push({ name, path: path.toString() });
      else if (entry.isDirectory()) waiting.push(path);
    }
  }
  return found;
}

/** What `base64` prints of a long value, line by line. */
function base64Lines(value: string): string[] {
  const text = Buffer.from(value.trim())
    .toString('base64')
    .replace(/.{0,4}$/, '');
  return [64, 76]
    .flatMap((width) => text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])
    .filter((line) => line.length > 16);
}

/** Takes values out of what is shown. A value of several lines is taken out line by line as well. */
export function createMask(secrets: readonly Secret[]): (text: string) => string {
  const values = secrets.flatMap(({ value }) => [
    ...formsOf(value),
    ...base64Lines(value),
    ...value.split('\n').filter((line) => line.trim().length >= shortestFound),
  ]);
  // Longest first: a value may hold another one.
  const ordered = [...new Set(values)].sort((one, other) => other.length - one.length);
  return (text) => ordered.reduce((masked, value) => masked.replaceAll(value, '***'), text);
}
