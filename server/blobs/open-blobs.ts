import { createHash, randomBytes } from 'node:crypto';
import type { SecretBox } from '#server/crypto/secret-box.ts';
import type { Database } from '#server/db/open-database.ts';
import { type BlobPlace, draftsFolder } from './blob-folder.ts';
import { deleteBlob, eachBlob, insertBlob, keptAmong, readBlob } from './blob-queries.ts';
import { findDamagedBlobs } from './find-damaged.ts';
import { BlobUnreadable, type Bytes, contentKeyBytes, openBytes, sealBytes } from './seal-stream.ts';

export interface BlobFacts {
  name: string;
  /** Of the plain content, like the hash. */
  bytes: number;
  /** SHA-256, hexadecimal. */
  sha256: string;
}

/** Written and durable, but nobody can read it before `keep` has put its key into the database. */
export interface WrittenBlob extends BlobFacts {
  sealedKey: string;
  storedBytes: number;
}

export interface BlobStore {
  /**
   * Writes a file that never changes again. Follow with `keep` in the transaction of whatever names it; what is never kept is swept.
   * Names are made of lower-case letters, digits, `_`, `-` and `.` between slashes, each part starting with a letter or digit. @throws EEXIST, ENOSPC and their like: nothing is left
   */
  put(name: string, content: Bytes): Promise<WrittenBlob>;
  keep(tx: Database, blob: WrittenBlob, keptAt: Date): Promise<void>;
  /** Null: there is none, or its key was destroyed. The content throws BlobUnreadable rather than yield what was changed. */
  get(name: string): Promise<(BlobFacts & { content: AsyncGenerator<Buffer> }) | null>;
  /** Destroys the key in the caller's transaction: no copy of the file can be read any more. The file itself goes with the next sweep. */
  forget(tx: Database, name: string): Promise<void>;
  /** `forget`, and the file at once. */
  remove(name: string): Promise<void>;
  /** Kept blobs whose name starts so, by name. */
  list(prefix: string): AsyncGenerator<BlobFacts & { keptAt: Date }>;
  /** Removes files without a key, and unfinished ones, that have lain for a while. @returns how many */
  sweep(options: { olderThan: Date }): Promise<number>;
  /** Kept blobs whose file is missing or has another size; at most `limit` names. */
  findDamaged(limit: number): Promise<{ total: number; damaged: string[] }>;
}

/** What flydrive takes as it is. */
const namePattern = /^[a-z0-9][a-z0-9_.-]*(\/[a-z0-9][a-z0-9_.-]*)*(?<!\.)$/;
const checkName = (name: string): void => {
  if (name.length > 300 || !namePattern.test(name)) throw new Error(`${JSON.stringify(name)} is no name for a blob`);
};

/** Where a content key belongs; the same in `server/sealed-columns.ts`. */
export const keyContext = (name: string): string => `blobs/${name}/key`;

const pageSize = 500;

async function* counted(content: Bytes, count: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    count(chunk);
    yield chunk;
  }
}

/** A name for what went wrong while a kept file was read. */
async function* readContent(name: string, sealed: Bytes, key: Uint8Array): AsyncGenerator<Buffer> {
  try {
    yield* openBytes(sealed, key);
  } catch (cause) {
    const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isGone && !(cause instanceof BlobUnreadable)) throw cause;
    throw new BlobUnreadable(
      `the blob ${name} cannot be read: ${isGone ? 'its file is missing' : (cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

/** Files that are encrypted before they reach the disk; their keys, wrapped by the master key, lie in the table `blobs`. */
export function openBlobs({ db, secrets, place }: { db: Database; secrets: SecretBox; place: BlobPlace }): BlobStore {
  return {
    async put(name, content) {
      checkName(name);
      const key = randomBytes(contentKeyBytes);
      const hash = createHash('sha256');
      let bytes = 0;
      let storedBytes = 0;
      const plain = counted(content, (chunk) => {
        hash.update(chunk);
        bytes += chunk.byteLength;
      });
      const sealed = counted(sealBytes(plain, key), (chunk) => {
        storedBytes += chunk.byteLength;
      });
      const sealedKey = await secrets.seal(key.toString('base64url'), keyContext(name));
      await place.write(name, sealed);
      return { name, bytes, sha256: hash.digest('hex'), sealedKey, storedBytes };
    },
    async keep(tx, { name, bytes, sha256, sealedKey, storedBytes }, keptAt) {
      const found = await place.look(name);
      if (found?.bytes !== storedBytes) throw new BlobUnreadable(`the blob ${name} was swept before it was kept`);
      await insertBlob(tx, { name, sealed_key: sealedKey, bytes, sha256, stored_bytes: storedBytes, kept_at: keptAt });
    },
    async get(name) {
      const row = await readBlob(db, name);
      if (!row) return null;
      const key = Buffer.from(await secrets.open(row.sealed_key, keyContext(name)), 'base64url');
      const { bytes, sha256 } = row;
      return { name, bytes, sha256, content: readContent(name, await place.read(name), key) };
    },
    forget: async (tx, name) => {
      await deleteBlob(tx, name);
    },
    async remove(name) {
      await deleteBlob(db, name);
      await place.remove(name);
    },
    async *list(prefix) {
      for await (const { name, bytes, sha256, kept_at } of eachBlob(db, prefix))
        yield { name, bytes, sha256, keptAt: kept_at };
    },
    async sweep({ olderThan }) {
      let swept = 0;
      const sweepAll = async (names: readonly string[]) => {
        const kept = await keptAmong(db, names);
        for (const name of names) {
          if (kept.has(name)) continue;
          await place.remove(name);
          swept += 1;
        }
      };
      let names: string[] = [];
      for await (const { name, changedAt } of place.list('/')) {
        if (changedAt >= olderThan) continue;
        if (names.push(name) < pageSize) continue;
        await sweepAll(names);
        names = [];
      }
      await sweepAll(names);
      return swept;
    },
    findDamaged: (limit) => findDamagedBlobs(db, place, limit),
  };
}

/** Unfinished files are no part of a backup. */
export const isDraft = (path: string): boolean => path.startsWith(`blobs/${draftsFolder}/`);
