import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { Refused } from '#server/refused.ts';
import { BackupManifest, isSafePart, manifestName } from './backup-manifest.ts';

interface Unpacked {
  path: string;
  bytes: number;
  sha256: string;
}

async function unpackPart(content: AsyncIterable<unknown>, path: string, folder: string): Promise<Unpacked> {
  const hash = createHash('sha256');
  let bytes = 0;
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await pipeline(
    content,
    async function* hashed(chunks: AsyncIterable<unknown>) {
      for await (const piece of chunks) {
        const chunk = Buffer.from(piece as Uint8Array);
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(target, { mode: 0o600, flags: 'wx' }),
  );
  return { path, bytes, sha256: hash.digest('hex') };
}

async function readParts(file: string, folder: string): Promise<{ manifest: unknown; parts: Unpacked[] }> {
  const parts: Unpacked[] = [];
  let manifest: unknown;
  const reader = extract();
  const reading = pipeline(createReadStream(file), reader);
  reading.catch(() => undefined);
  for await (const entry of reader) {
    const { name } = entry.header;
    if (name === manifestName) manifest = JSON.parse(await text(entry));
    else if (isSafePart(name)) parts.push(await unpackPart(entry, name, folder));
    else throw new Error(`it holds ${JSON.stringify(name.slice(0, 100))}, which no backup of Reeve has`);
  }
  await reading;
  return { manifest, parts };
}

/** Unpacks a backup into an empty folder and compares every part with its checksum. @throws Refused when it is not whole */
export async function unpackBackup(file: string, folder: string): Promise<BackupManifest> {
  const refuse = (why: string, cause?: unknown) =>
    new Refused(`${file} cannot be restored: ${why}. Nothing was changed. Use another backup.`, { cause });
  const { manifest, parts } = await readParts(file, folder).catch((cause: NodeJS.ErrnoException) => {
    throw refuse(cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${cause.message})`, cause);
  });
  if (manifest === undefined) throw refuse('it has no manifest, so it was cut short or is no backup of Reeve');
  const read = BackupManifest.safeParse(manifest);
  if (!read.success) throw refuse('its manifest is of another format; it may be from a newer Reeve', read.error);
  const found = new Map(parts.map((part) => [part.path, part]));
  const wrong = read.data.parts.find(
    ({ path, bytes, sha256 }) => found.get(path)?.sha256 !== sha256 || found.get(path)?.bytes !== bytes,
  );
  if (wrong) throw refuse(`the checksum of ${wrong.path} is wrong, so the file was damaged or changed`);
  if (found.size !== read.data.parts.length) throw refuse('it holds parts that its manifest does not name');
  return read.data;
}
