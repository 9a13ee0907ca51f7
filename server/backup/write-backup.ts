import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { exitCodes, Refused } from '#server/refused.ts';
import { version } from '#server/version.ts';
import { type BackupManifest, databasePart, filesPrefix, manifestName } from './backup-manifest.ts';
import { listDataFiles } from './data-files.ts';

export interface DatabaseDump {
  bytes: number;
  content: Readable;
}

export interface BackupSource {
  dataFolder: string;
  withKeys: boolean;
  /** Null on PostgreSQL, whose backup pg_dump makes. */
  dump: DatabaseDump | null;
  now: Date;
}

type Part = BackupManifest['parts'][number];

async function addPart(tar: Pack, path: string, { bytes, content }: DatabaseDump): Promise<Part> {
  const hash = createHash('sha256');
  const entry = tar.entry({ name: path, size: bytes, mode: 0o600 });
  await pipeline(
    content,
    async function* hashed(chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    entry,
  );
  return { path, bytes, sha256: hash.digest('hex') };
}

/** Null: the file has gone meanwhile, as a blob may whose time is over. */
async function addFile(tar: Pack, path: string, dataFolder: string): Promise<Part | null> {
  const file = await open(join(dataFolder, path), 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return null;
  try {
    const { size } = await file.stat();
    // Files are replaced, never changed: the open one stays what it is.
    const content = file.createReadStream({ autoClose: false });
    return await addPart(tar, `${filesPrefix}${path}`, { bytes: size, content });
  } finally {
    await file.close();
  }
}

async function fill(tar: Pack, { dataFolder, withKeys, dump, now }: BackupSource): Promise<BackupManifest> {
  const parts: Part[] = [];
  // The database first: keys are only ever added, so the key files read after it open everything in it.
  if (dump) parts.push(await addPart(tar, databasePart, dump));
  for (const path of await listDataFiles(dataFolder, { withKeys })) {
    const part = await addFile(tar, path, dataFolder);
    if (part) parts.push(part);
  }
  const manifest: BackupManifest = {
    format: 'reeve-backup',
    formatVersion: 1,
    version,
    createdAt: now.toISOString(),
    engine: dump ? 'pglite' : 'postgres',
    includesKeys: withKeys,
    parts,
  };
  tar.entry({ name: manifestName, mode: 0o600 }, JSON.stringify(manifest, null, 2));
  tar.finalize();
  return manifest;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

/** Writes a backup (a tar, 0600). The file has its name only once it is whole. An existing file is not touched. */
export async function writeBackup(file: string, source: BackupSource): Promise<BackupManifest> {
  if (await exists(file)) throw new Refused(`${file} exists already. Choose another name.`);
  const draft = `${file}.partial`;
  const tar = pack();
  try {
    const written = pipeline(tar, createWriteStream(draft, { mode: 0o600 }));
    written.catch((error: Error) => tar.destroy(error));
    const [manifest] = await Promise.all([fill(tar, source), written]);
    await syncFile(draft);
    await rename(draft, file);
    return manifest;
  } catch (cause) {
    await rm(draft, { force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    if (cause instanceof Refused) throw cause;
    throw new Refused(`The backup ${file} could not be written (${code ?? message}). Nothing is left of it.`, {
      cause,
      exitCode: exitCodes.cannotCreate,
    });
  }
}
