import { execFile } from 'node:child_process';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, lchown, lstat, lutimes, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Extract, extract, type Header, type Pack, pack } from 'tar-stream';
import { z } from 'zod';

const run = promisify(execFile);

/** Folders by the name they have in the archive. */
export type Roots = Readonly<Record<string, string>>;
/** What is known of each path, by the name it has in the archive. */
export type Snapshot = ReadonlyMap<string, string>;

const deletedName = 'deleted.json';
const Deleted = z.array(z.string());
/** It is read as a whole. */
const longestDeleted = 64 * 1024 * 1024;

/** Root reads everything. */
const isRoot = process.getuid?.() === 0;

/** Whoever owns a folder or a file may have taken the right to read it from itself. @returns the mode it had, where it has another now */
async function openUp(path: string, needed: number): Promise<number | null> {
  const { mode } = await lstat(path);
  if (isRoot || (mode & needed) === needed) return null;
  await chmod(path, (mode & 0o777) | needed);
  return mode & 0o777;
}

/** `opened`: the modes of folders that had to be opened for it, and stay open; null: they are closed again. */
async function* pathsBelow(folder: string, name: string, opened: Map<string, number> | null): AsyncGenerator<string> {
  yield name;
  const mode = await openUp(folder, 0o500);
  if (mode !== null) opened?.set(name, mode);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = `${name}/${entry.name}`;
    if (entry.isDirectory()) yield* pathsBelow(join(folder, entry.name), path, opened);
    // Pipes, sockets and devices are not taken.
    else if (entry.isFile() || entry.isSymbolicLink()) yield path;
  }
  if (mode !== null && opened === null) await chmod(folder, mode);
}

const placeOf = (roots: Roots, name: string): string => {
  const [root = '', ...rest] = name.split('/');
  return join(roots[root] ?? '', ...rest);
};

/** Inode and change time: whoever owns a file cannot set these back. */
export async function takeSnapshot(roots: Roots, opened: Map<string, number> | null = null): Promise<Snapshot> {
  const seen = new Map<string, string>();
  for (const [root, folder] of Object.entries(roots)) {
    for await (const name of pathsBelow(folder, root, opened)) {
      const facts = await lstat(placeOf(roots, name), { bigint: true });
      // A folder's own times change with what is in it; that is seen there.
      const times = facts.isDirectory() ? '' : `${facts.ctimeNs}:${facts.size}`;
      seen.set(name, `${facts.ino}:${facts.mode}:${times}`);
    }
  }
  return seen;
}

async function packOne(
  tar: Pack,
  { roots, name, mode }: { roots: Roots; name: string; mode: number | undefined },
): Promise<void> {
  const path = placeOf(roots, name);
  const facts = await lstat(path);
  // With the kind in it, which is not sent: to the package no mode at all is a usual one.
  const about = { name, mode: (mode ?? facts.mode & 0o777) | (facts.mode & constants.S_IFMT), mtime: facts.mtime };
  if (facts.isDirectory()) tar.entry({ ...about, type: 'directory' });
  else if (facts.isSymbolicLink()) tar.entry({ ...about, type: 'symlink', linkname: await readlink(path) });
  else if (facts.isFile()) {
    await openUp(path, 0o400);
    const sink = tar.entry({ ...about, type: 'file', size: facts.size });
    if (facts.size === 0) sink.end(undefined);
    else await pipeline(createReadStream(path, { end: facts.size - 1 }), sink);
  }
}

/** The folders as one archive; with `since`, only what is not as it was then, and which names are gone. */
export function packFolders(roots: Roots, since: Snapshot | null = null): Readable {
  const tar = pack();
  const work = async () => {
    const opened = new Map<string, number>();
    const now = await takeSnapshot(roots, opened);
    const deleted = [...(since?.keys() ?? [])].filter((name) => !now.has(name));
    tar.entry({ name: deletedName }, JSON.stringify(deleted));
    for (const [name, facts] of now)
      if (since?.get(name) !== facts) await packOne(tar, { roots, name, mode: opened.get(name) });
    tar.finalize();
  };
  void work().catch((error: Error) => tar.destroy(error));
  return tar as unknown as Readable;
}

/** Whose the files are, where this process may give them away. */
export interface Owner {
  uid: number;
  gid: number;
}

/** @throws Error for a name that leads out of the folders */
function checkName(roots: Roots, name: string): void {
  const [root = '', ...rest] = name.split('/');
  if (!Object.hasOwn(roots, root) || rest.some((part) => part === '' || part === '.' || part === '..'))
    throw new Error(`an archive with the name ${JSON.stringify(name.slice(0, 200))}`);
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

  private async own(path: string): Promise<void> {
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

  /** Folders may have been made read-only, like Go's module cache. Asked for below real folders only. */
  private async clear(name: string): Promise<void> {
    const path = placeOf(this.roots, name);
    try {
      await rm(path, { recursive: true, force: true });
    } catch {
      await chmod(dirname(path), 0o755);
      if (await this.isFolder(name)) await run('chmod', ['--recursive', 'u+rwX', '--', path]);
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
      await symlink(linkname ?? '', path);
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
  onMore?: () => void;
}

/** @returns whether it ended as one of ours ends */
async function unpackEach(tar: Extract, unpacking: Unpacking): Promise<boolean> {
  let isComplete = false;
  for await (const entry of tar) {
    if (entry.header.name === deletedName) {
      if ((entry.header.size ?? 0) > longestDeleted) throw new ArchiveTooLarge('the names that are gone take too much');
      for (const name of Deleted.parse(await json(entry))) await unpacking.remove(name);
      isComplete = true;
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
    onMore?.();
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
