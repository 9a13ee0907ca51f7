import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { z } from 'zod';
import { type CopiedCheckpoint, readKeys, type TrustedKeys } from '#server/audit/index.ts';
import { Refused } from '#server/refused.ts';

const readBytes = (option: string, path: string): Promise<Buffer> =>
  readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`${option}: cannot read ${path} (${cause.code}).`, { cause });
  });

const Jwk = z.looseObject({ kid: z.string(), kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });
const KeyFile = z.union([
  z.looseObject({ keys: z.array(Jwk).min(1) }).transform(({ keys }) => keys),
  Jwk.transform((key) => [key]),
]);

/** The public keys to believe: a JWK set as the console and `reeve audit public-key` give it, or one JWK. */
export async function readPublicKeys(path: string): Promise<TrustedKeys> {
  const text = (await readBytes('--public-key', path)).toString();
  try {
    return await readKeys(KeyFile.parse(JSON.parse(text)) as JWK[]);
  } catch (cause) {
    throw new Refused(
      `--public-key: ${path} is no public key of an audit log. \`reeve audit public-key\` prints it, and the console's Audit page downloads it.`,
      { cause },
    );
  }
}

const WebhookBody = z.object({ data: z.object({ jws: z.string() }) });
const jwsPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Files of any of the outside places: a dropped `.jws` with its `.tsr`, or what the webhook got, one a line. */
async function readCopies(path: string): Promise<CopiedCheckpoint[]> {
  const text = (await readBytes('--checkpoint', path)).toString();
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const copies: CopiedCheckpoint[] = [];
  for (const line of lines) {
    const jws = jwsPattern.test(line.trim()) ? line.trim() : jwsOf(line);
    if (jws === null) throw new Refused(`--checkpoint: ${path} holds something that is no checkpoint of an audit log.`);
    copies.push({ jws, timeStamps: [], from: path });
  }
  const stamp = path.endsWith('.jws') ? await readFile(path.replace(/jws$/, 'tsr')).catch(() => null) : null;
  return stamp ? copies.map((copy) => ({ ...copy, timeStamps: [stamp] })) : copies;
}

function jwsOf(line: string): string | null {
  try {
    return WebhookBody.parse(JSON.parse(line)).data.jws;
  } catch {
    return null;
  }
}

/** Each path is a file or a folder; of a folder, what is named like a checkpoint. */
export async function readOutside(paths: readonly string[]): Promise<CopiedCheckpoint[]> {
  const copies: CopiedCheckpoint[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      (cause: NodeJS.ErrnoException) => {
        throw new Refused(`--checkpoint: cannot read ${path} (${cause.code}).`, { cause });
      },
    );
    const names = isFolder
      ? (await readdir(path, { recursive: true })).filter((name) => /\.(jws|json|jsonl)$/.test(name)).sort()
      : [];
    const files = isFolder ? names.map((name) => join(path, name)) : [path];
    for (const file of files) copies.push(...(await readCopies(file)));
  }
  return copies;
}

export const readPem = async (path: string): Promise<string> =>
  (await readBytes('--time-stamp-authority', path)).toString();

/** A file line by line, however large; `-` is standard input. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1024 * 1024 });
  stream.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new Refused(`cannot read ${path} (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
  if (rest !== '') yield rest;
}
