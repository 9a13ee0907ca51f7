import { existsSync } from 'node:fs';
import { access, open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Refused } from '#server/refused.ts';
import { readLayers } from './config-layers.ts';
import { largestFile, makeProject, type Project, type ProjectFile } from './project.ts';

/** More than any repository has; a wrong folder (a home, a disk) is noticed before it is read for minutes. */
const mostEntries = 500_000;

/** Of all files together. */
const mostBytes = 256 * 1024 * 1024;

const isInstructions = (name: string): boolean => /^AGENTS(?:\.override)?\.md$/.test(name);

interface Walk {
  root: string;
  files: ProjectFile[];
  others: Set<string>;
  entries: number;
  /** The root without links. */
  realRoot: string;
  /** Bytes that may still be read. */
  left: number;
}

const exists = (place: string): Promise<boolean> =>
  access(place).then(
    () => true,
    () => false,
  );

/** The folder with `.git` that a folder is in; the folder itself when there is none. */
export async function findRepositoryRoot(folder: string): Promise<string> {
  for (let place = folder; ; place = path.dirname(place)) {
    if (await exists(path.join(place, '.git'))) return place;
    if (path.dirname(place) === place) return folder;
  }
}

const within = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** Whether a place is in the repository once links are followed: what lies outside is nobody's to show. */
async function isWithin({ realRoot }: Walk, place: string): Promise<boolean> {
  const real = await realpath(place).catch(() => null);
  return (
    real !== null && (real === realRoot || real.startsWith(realRoot === path.sep ? realRoot : `${realRoot}${path.sep}`))
  );
}

/** Not more than the system said the file has: some, as in `/proc`, say nothing and never end. */
async function readAtMost(place: string, size: number): Promise<Uint8Array | null> {
  const file = await open(place).catch(() => null);
  try {
    const bytes = Buffer.alloc(size);
    const read = await file?.read(bytes, 0, size, 0);
    return read ? bytes.subarray(0, read.bytesRead) : null;
  } catch {
    return null;
  } finally {
    await file?.close();
  }
}

async function readOne(walk: Walk, name: string, isLink: boolean): Promise<void> {
  const place = path.join(walk.root, name);
  const facts = await stat(place).catch(() => null);
  if (!facts?.isFile()) return;
  const leaves = !(await isWithin(walk, place));
  const isRead = !leaves && facts.size <= Math.min(largestFile, walk.left);
  if (isRead) walk.left -= facts.size;
  const bytes = isRead ? await readAtMost(place, facts.size) : null;
  walk.files.push({ path: name, bytes, size: facts.size, isExecutable: (facts.mode & 0o111) !== 0, isLink, leaves });
}

/** All of `.codex` and `.agents`: every file counts. Links to folders are followed, each real folder once on the way down. */
async function readWhole(walk: Walk, folder: string, above: readonly string[]): Promise<void> {
  const real = await realpath(path.join(walk.root, folder)).catch(() => null);
  if (real === null || above.includes(real) || above.length > 12) return;
  if (!(await isWithin(walk, path.join(walk.root, folder)))) {
    // Told as a file that was not read: a client on another machine finds something else there.
    walk.files.push({ path: folder, bytes: null, size: 0, isExecutable: false, isLink: true, leaves: true });
    return;
  }
  for (const entry of await listed(walk, folder)) {
    const name = within(folder, entry.name);
    const isFolder = entry.isSymbolicLink()
      ? ((await stat(path.join(walk.root, name)).catch(() => null))?.isDirectory() ?? false)
      : entry.isDirectory();
    if (isFolder) await readWhole(walk, name, [...above, real]);
    else await readOne(walk, name, entry.isSymbolicLink());
  }
}

async function listed(walk: Walk, folder: string) {
  const entries = await readdir(path.join(walk.root, folder), { withFileTypes: true }).catch(() => []);
  walk.entries += entries.length;
  if (walk.entries > mostEntries)
    throw new Refused(`${walk.root} has more than ${mostEntries} files. Name the folder of one repository.`);
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The repository around: names, and instructions for the model. A folder with a `.git` of its own is a repository of its own. */
async function readAround(walk: Walk, folder: string, names: ReadonlySet<string>): Promise<void> {
  for (const entry of await listed(walk, folder)) {
    const name = within(folder, entry.name);
    if (entry.name === '.git' || (folder !== '' && entry.name === 'node_modules')) continue;
    if (entry.name === '.codex' || entry.name === '.agents') await readWhole(walk, name, []);
    else if (entry.isDirectory()) {
      walk.others.add(name);
      if (entry.name === 'node_modules' || (await exists(path.join(walk.root, name, '.git')))) continue;
      await readAround(walk, name, names);
    } else if (isInstructions(entry.name) || names.has(entry.name)) await readOne(walk, name, entry.isSymbolicLink());
    else walk.others.add(name);
  }
}

/**
 * What a repository on this machine brings for Codex. @param names further files that are read wherever they are, such as the fallback
 * names of AGENTS.md
 * @throws Refused when it is no folder, or far too large to be a repository
 */
export async function readProject(root: string, names: ReadonlySet<string> = new Set()): Promise<Project> {
  const facts = await stat(root).catch(() => null);
  if (!facts?.isDirectory()) throw new Refused(`${root} is no folder that can be read.`);
  const walk: Walk = {
    root,
    files: [],
    others: new Set(),
    entries: 0,
    realRoot: await realpath(root),
    left: mostBytes,
  };
  await readAround(walk, '', names);
  return makeProject(walk.files, { others: walk.others, existsHere: existsSync });
}

/** What a repository on this machine brings, with the files that its own config names in place of AGENTS.md. */
export async function readRepository(root: string): Promise<Project> {
  const project = await readProject(root);
  const lists = readLayers(project).map(
    ({ root: layer }) => layer?.children.get('project_doc_fallback_filenames')?.value,
  );
  const names = lists.flatMap((list) => (Array.isArray(list) ? list : [])).filter((name) => typeof name === 'string');
  return names.length === 0 ? project : readProject(root, new Set(names));
}
