import { createWriteStream } from 'node:fs';
import { chmod, lchown, lstat, lutimes, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract, type Header } from 'tar-stream';
import { z } from 'zod';
import { checkName, placeOf, type Roots, targetOf } from './archive-names.ts';
import { deletedName } from './pack-folders.ts';

const Deleted = z.array(z.string());
/** It is read as a whole. */
const longestDeleted = 64 * 1024 * 1024;

/** Whose the files are, where this process may give them away. */
export interface Owner {
  uid: number;
  gid: number;
}

/** Folders may have been made read-only, like Go's module cache; no link is followed. Programs are given text, and names may be none. */
async function openFolders(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' }))
    if (entry.isDirectory()) await openFolders(Buffer.concat([folder, Buffer.from('/'), entry.name]));
}

/**
 * Writes an archive into folders that nobody else writes to meanwhile. It may be made by whoever wants to reach beyond them: no link is
 * followed, and what stands in a folder's place is removed.
 */
class Unpacking {
  private readonly roots: Roots;
  private readonly owner: Owner | null;
  /** By name, the last one said. */
  private readonly modes = new Map<string, number>();

  constructor(roots: Roots, owner: Owner | null) {
    this.roots = roots;
    this.owner = owner;
  }

  private async own(path: Buffer): Promise<void> {
    if (this.owner) await lchown(path, this.owner.uid, this.owner.gid);
  }

  /** The folder `name` is in, made where it is not. */
  private async folder(name: string): Promise<void> {
    const parts = name.split('/');
    for (let depth = 2; depth <= parts.length; depth += 1) {
      const path = placeOf(this.roots, parts.slice(0, depth).join('/'));
      const facts = await lstat(path).catch(() => null);
      if (facts?.isDirectory()) continue;
      if (facts) await rm(path, { force: true });
      await mkdir(path, { mode: 0o755 });
      await this.own(path);
    }
  }

  /** Every part of it down to `depth` is a folder, not a link to one. */
  private async isFolder(name: string, depth = name.split('/').length): Promise<boolean> {
    const parts = name.split('/');
    for (let to = 2; to <= depth; to += 1) {
      const facts = await lstat(placeOf(this.roots, parts.slice(0, to).join('/'))).catch(() => null);
      if (!facts?.isDirectory()) return false;
    }
    return true;
  }

  /** Asked for below real folders only. */
  private async clear(name: string): Promise<void> {
    const path = placeOf(this.roots, name);
    try {
      await rm(path, { recursive: true, force: true });
    } catch {
      await chmod(placeOf(this.roots, dirname(name)), 0o755);
      if (await this.isFolder(name)) await openFolders(path);
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Not through a link: then it is not below these folders. */
  async remove(name: string): Promise<void> {
    checkName(this.roots, name);
    const depth = name.split('/').length - 1;
    if (depth >= 1 && (await this.isFolder(name, depth))) await this.clear(name);
  }

  async put({ name: given, type, mode = 0o644, mtime, linkname }: Header, content: Readable): Promise<void> {
    const name = given.replace(/\/$/, '');
    checkName(this.roots, name);
    const path = placeOf(this.roots, name);
    if (type === 'directory') {
      await this.folder(name);
      if (name.includes('/')) {
        this.modes.set(name, mode & 0o777);
        // What belongs into it comes next.
        await chmod(path, 0o755);
      }
      content.resume();
      return;
    }
    if ((type !== 'file' && type !== 'symlink') || !name.includes('/')) throw new Error(`an archive with a ${type}`);
    await this.folder(dirname(name));
    await this.clear(name);
    if (type === 'symlink') {
      await symlink(targetOf(linkname), path);
      content.resume();
    } else {
      await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      await chmod(path, mode & 0o777);
    }
    await this.own(path);
    if (mtime) await lutimes(path, mtime, mtime);
  }

  /** Last, since nothing can be written into a folder that is read-only. */
  async finish(): Promise<void> {
    // It may have become a link meanwhile, which chmod would follow.
    for (const [name, mode] of [...this.modes].reverse())
      if (await this.isFolder(name)) await chmod(placeOf(this.roots, name), mode);
  }
}

/** A file may say that it is long and take nothing of the disk it is from; here it would. */
export class ArchiveTooLarge extends Error {
  override name = 'ArchiveTooLarge';
}

const atMost = (most: number, onMore: (error: ArchiveTooLarge) => void) =>
  async function* (source: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > most) {
        const error = new ArchiveTooLarge(`the archive has more than ${most} bytes`);
        onMore(error);
        throw error;
      }
      yield chunk;
    }
  };

interface Unpack {
  /** Null: this process’s user. */
  owner?: Owner | null;
  /** Bytes of the whole archive. */
  most?: number;
  /** It has more: called before whoever sends it can know. */
  onMore?: (error: ArchiveTooLarge) => void;
}

/** @returns whether it ended as one of ours ends: what breaks off between two files looks whole */
async function unpackEach(tar: Extract, unpacking: Unpacking): Promise<boolean> {
  let isComplete = false;
  for await (const entry of tar) {
    isComplete = entry.header.name === deletedName;
    if (isComplete) {
      if ((entry.header.size ?? 0) > longestDeleted) throw new ArchiveTooLarge('the names that are gone take too much');
      for (const name of Deleted.parse(await json(entry))) await unpacking.remove(name);
    } else await unpacking.put(entry.header, entry as unknown as Readable);
  }
  return isComplete;
}

/** @throws ArchiveTooLarge; Error for an archive that leads out of the folders, or ends early */
export async function unpackFolders(
  archive: Readable,
  roots: Roots,
  { owner = null, most = Number.POSITIVE_INFINITY, onMore }: Unpack = {},
): Promise<void> {
  const unpacking = new Unpacking(roots, owner);
  const tar = extract();
  let more: ArchiveTooLarge | null = null;
  const stop = (error: ArchiveTooLarge) => {
    more = error;
    onMore?.(error);
  };
  const feeding = pipeline(archive, atMost(most, stop), tar);
  feeding.catch(() => undefined);
  const isComplete = await unpackEach(tar, unpacking).catch((error: unknown) => {
    // What breaks off is a file that was being written.
    throw more ?? error;
  });
  await feeding;
  if (!isComplete) throw new Error('the archive ended early');
  await unpacking.finish();
}
