import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, lchown, lstat, lutimes, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import { z } from 'zod';

const run = promisify(execFile);

/** Folders by the name they have in the archive. */
export type Roots = Readonly<Record<string, string>>;
/** What is known of each path, by the name it has in the archive. */
export type Snapshot = ReadonlyMap<string, string>;

const deletedName = 'deleted.json';
const Deleted = z.array(z.string());

async function* pathsBelow(folder: string, name: string): AsyncGenerator<string> {
  yield name;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = `${name}/${entry.name}`;
    if (entry.isDirectory()) yield* pathsBelow(join(folder, entry.name), path);
    // Pipes, sockets and devices are not taken.
    else if (entry.isFile() || entry.isSymbolicLink()) yield path;
  }
}

const placeOf = (roots: Roots, name: string): string => {
  const [root = '', ...rest] = name.split('/');
  return join(roots[root] ?? '', ...rest);
};

/** Inode and change time: whoever owns a file cannot set these back. */
export async function takeSnapshot(roots: Roots): Promise<Snapshot> {
  const seen = new Map<string, string>();
  for (const [root, folder] of Object.entries(roots)) {
    for await (const name of pathsBelow(folder, root)) {
      const facts = await lstat(placeOf(roots, name), { bigint: true });
      // A folder's own times change with what is in it; that is seen there.
      const times = facts.isDirectory() ? '' : `${facts.ctimeNs}:${facts.size}`;
      seen.set(name, `${facts.ino}:${facts.mode}:${times}`);
    }
  }
  return seen;
}

async function packOne(tar: Pack, roots: Roots, name: string): Promise<void> {
  const path = placeOf(roots, name);
  const facts = await lstat(path);
  const about = { name, mode: facts.mode & 0o777, mtime: facts.mtime };
  if (facts.isDirectory()) tar.entry({ ...about, type: 'directory' });
  else if (facts.isSymbolicLink()) tar.entry({ ...about, type: 'symlink', linkname: await readlink(path) });
  else if (facts.isFile()) {
    const sink = tar.entry({ ...about, type: 'file', size: facts.size });
    if (facts.size === 0) sink.end(undefined);
    else await pipeline(createReadStream(path, { end: facts.size - 1 }), sink);
  }
}

/** The folders as one archive; with `since`, only what is not as it was then, and which names are gone. */
export function packFolders(roots: Roots, since: Snapshot | null = null): Readable {
  const tar = pack();
  const work = async () => {
    const now = await takeSnapshot(roots);
    const deleted = [...(since?.keys() ?? [])].filter((name) => !now.has(name));
    tar.entry({ name: deletedName }, JSON.stringify(deleted));
    for (const [name, facts] of now) if (since?.get(name) !== facts) await packOne(tar, roots, name);
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

/** @throws Error for an archive that leads out of the folders, or ends early */
export async function unpackFolders(archive: Readable, roots: Roots, owner: Owner | null = null): Promise<void> {
  const unpacking = new Unpacking(roots, owner);
  const tar = extract();
  const feeding = pipeline(archive, tar);
  feeding.catch(() => undefined);
  let isComplete = false;
  for await (const entry of tar) {
    if (entry.header.name === deletedName) {
      for (const name of Deleted.parse(await json(entry))) await unpacking.remove(name);
      isComplete = true;
    } else await unpacking.put(entry.header, entry as unknown as Readable);
  }
  await feeding;
  if (!isComplete) throw new Error('the archive ended early');
  await unpacking.finish();
}
