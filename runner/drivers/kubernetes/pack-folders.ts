import { constants, type Stats } from 'node:fs';
import { chmod, type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { nameOf, placeOf, type Roots } from './archive-names.ts';

/** What is known of each path, by the name it has in the archive. */
type Snapshot = ReadonlyMap<string, string>;

/** The last of an archive: which names are gone. */
export const deletedName = 'deleted.json';

/** Root reads everything. */
const isRoot = process.getuid?.() === 0;

/** Whoever owns a folder or a file may have taken the right to read it from itself. @returns the mode it had, where it has another now */
async function openUp(path: Buffer, needed: number): Promise<number | null> {
  const { mode } = await lstat(path);
  if (isRoot || (mode & needed) === needed) return null;
  await chmod(path, (mode & 0o777) | needed);
  return mode & 0o777;
}

/** Null for what was there a moment ago. */
async function unlessGone<Found>(looking: Promise<Found>): Promise<Found | null> {
  try {
    return await looking;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

async function listFolder(folder: Buffer) {
  const mode = await openUp(folder, 0o500);
  return { mode, entries: await readdir(folder, { withFileTypes: true, encoding: 'buffer' }) };
}

/** `opened`: the modes of folders that had to be opened for it, and stay open; null: they are closed again. */
async function* pathsBelow(roots: Roots, name: string, opened: Map<string, number> | null): AsyncGenerator<string> {
  yield name;
  const folder = placeOf(roots, name);
  const listed = await unlessGone(listFolder(folder));
  if (listed === null) return;
  const { mode, entries } = listed;
  if (mode !== null) opened?.set(name, mode);
  for (const entry of entries) {
    const path = `${name}/${nameOf(entry.name)}`;
    if (entry.isDirectory()) yield* pathsBelow(roots, path, opened);
    // Pipes, sockets and devices are not taken.
    else if (entry.isFile() || entry.isSymbolicLink()) yield path;
  }
  if (mode !== null && opened === null) await unlessGone(chmod(folder, mode));
}

/** Inode and change time: whoever owns a file cannot set these back. @throws Error when one of the folders themselves is not there */
export async function takeSnapshot(roots: Roots, opened: Map<string, number> | null = null): Promise<Snapshot> {
  const seen = new Map<string, string>();
  for (const root of Object.keys(roots)) {
    await lstat(placeOf(roots, root));
    for await (const name of pathsBelow(roots, root, opened)) {
      const facts = await unlessGone(lstat(placeOf(roots, name), { bigint: true }));
      if (facts === null) continue;
      // A folder's own times change with what is in it; that is seen there.
      const times = facts.isDirectory() ? '' : `${facts.ctimeNs}:${facts.size}`;
      seen.set(name, `${facts.ino}:${facts.mode}:${times}`);
    }
  }
  return seen;
}

interface Held {
  facts: Stats;
  target: string | null;
  /** Once it is open, it cannot be gone any more. */
  file: FileHandle | null;
}

async function takeHold(path: Buffer): Promise<Held> {
  const facts = await lstat(path);
  if (facts.isSymbolicLink()) return { facts, target: nameOf(await readlink(path, 'buffer')), file: null };
  if (!facts.isFile()) return { facts, target: null, file: null };
  await openUp(path, 0o400);
  return { facts, target: null, file: await open(path, constants.O_RDONLY | constants.O_NOFOLLOW) };
}

/** @returns false when it is gone */
async function packOne(
  tar: Pack,
  { roots, name, mode }: { roots: Roots; name: string; mode: number | undefined },
): Promise<boolean> {
  const held = await unlessGone(takeHold(placeOf(roots, name)));
  if (held === null) return false;
  const { facts, target, file } = held;
  // With the kind in it, which is not sent: to the package no mode at all is a usual one.
  const about = { name, mode: (mode ?? facts.mode & 0o777) | (facts.mode & constants.S_IFMT), mtime: facts.mtime };
  if (facts.isDirectory()) tar.entry({ ...about, type: 'directory' });
  else if (target !== null) tar.entry({ ...about, type: 'symlink', linkname: target });
  else if (file !== null) {
    await using _ = file;
    const { size } = await file.stat();
    const sink = tar.entry({ ...about, type: 'file', size });
    if (size === 0) sink.end(undefined);
    else await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), sink);
  }
  return true;
}

/** The folders as one archive; with `since`, only what is not as it was then, and which names are gone. */
export function packFolders(roots: Roots, since: Snapshot | null = null): Readable {
  const tar = pack();
  const work = async () => {
    const opened = new Map<string, number>();
    const now = await takeSnapshot(roots, opened);
    const deleted = [...(since?.keys() ?? [])].filter((name) => !now.has(name));
    for (const [name, facts] of now) {
      if (since?.get(name) === facts) continue;
      const isThere = await packOne(tar, { roots, name, mode: opened.get(name) });
      if (!isThere && since?.has(name)) deleted.push(name);
    }
    tar.entry({ name: deletedName }, JSON.stringify(deleted));
    tar.finalize();
  };
  void work().catch((error: Error) => tar.destroy(error));
  return tar as unknown as Readable;
}
