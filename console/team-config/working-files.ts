import type { BundleFile } from '#contract/team-config-files.ts';

export interface FileChange {
  path: string;
  kind: 'added' | 'removed' | 'changed';
  before: BundleFile | null;
  after: BundleFile | null;
}

/** A new text file. */
export const textFile = (path: string, content = ''): BundleFile => ({
  path,
  content,
  encoding: 'utf8',
  executable: false,
});

const byPath = (left: BundleFile, right: BundleFile) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0);

/** With this file in place of any of its path. */
export const withFile = (files: readonly BundleFile[], file: BundleFile): BundleFile[] =>
  [...files.filter(({ path }) => path !== file.path), file].sort(byPath);

export const withoutFile = (files: readonly BundleFile[], path: string): BundleFile[] =>
  files.filter((file) => file.path !== path);

export const withPath = (files: readonly BundleFile[], from: string, to: string): BundleFile[] =>
  files.map((file) => (file.path === from ? { ...file, path: to } : file)).sort(byPath);

const isSame = (left: BundleFile, right: BundleFile) =>
  left.content === right.content && left.encoding === right.encoding && left.executable === right.executable;

/** File by file, in the order of their paths. */
export function changesBetween(before: readonly BundleFile[], after: readonly BundleFile[]): FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const fresh = new Map(after.map((file) => [file.path, file]));
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((path): FileChange[] => {
    const from = old.get(path) ?? null;
    const to = fresh.get(path) ?? null;
    if (from && to) return isSame(from, to) ? [] : [{ path, kind: 'changed', before: from, after: to }];
    return [{ path, kind: from ? 'removed' : 'added', before: from, after: to }];
  });
}

export const isSameFiles = (left: readonly BundleFile[], right: readonly BundleFile[]): boolean =>
  changesBetween(left, right).length === 0;

const markerFolder = '.codex/reeve-bundles/';
// The server refuses more than these; what is said here is what people do by mistake.
const strange = /[\p{Cc}\p{Cf}:*?"<>|]/u;

/** A bundle holds what Codex reads in a repository, and nothing that would overwrite its sources. */
const isInPlace = (path: string) => path === 'AGENTS.md' || /^\.(?:codex|agents)\/./.test(path);

/** Why a file cannot have this path, in words; null when it can. */
export function pathProblem(files: readonly BundleFile[], path: string): string | null {
  if (path === '') return 'Say where the file is, for example .codex/config.toml.';
  if (path.length > 300) return 'A path has at most 300 characters.';
  if (path.startsWith('/') || path.includes('\\'))
    return 'Paths are relative to the repository, with / between folders.';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'A part of the path is empty, “.” or “..”.';
  if (strange.test(path)) return 'The path has a character that not every system takes in names of files.';
  if (!isInPlace(path)) return 'A bundle holds AGENTS.md and what is below .codex/ or .agents/, nothing else.';
  if (path.toLowerCase().startsWith(markerFolder)) return `${markerFolder} is where Reeve says which version is there.`;
  if (files.some((file) => file.path === path)) return `There is a file ${path} already.`;
  const folder = files.find((file) => file.path.startsWith(`${path}/`));
  if (folder) return `${path} is the folder of ${folder.path}.`;
  const parent = files.find((file) => path.startsWith(`${file.path}/`));
  if (parent) return `${parent.path} is a file, so nothing can be below it.`;
  return null;
}

export interface FileFolder {
  name: string;
  folders: FileFolder[];
  files: BundleFile[];
}

/** Folders with what is in them; a folder with one folder only is written as one, `a/b`. */
export function folderTree(files: readonly BundleFile[]): FileFolder {
  const root: FileFolder = { name: '', folders: [], files: [] };
  for (const file of files) {
    let at = root;
    for (const part of file.path.split('/').slice(0, -1)) {
      const known = at.folders.find(({ name }) => name === part);
      const next = known ?? { name: part, folders: [], files: [] };
      if (!known) at.folders.push(next);
      at = next;
    }
    at.files.push(file);
  }
  return { ...root, folders: root.folders.map(joined) };
}

function joined(folder: FileFolder): FileFolder {
  const only = folder.folders[0];
  if (only && folder.folders.length === 1 && folder.files.length === 0)
    return joined({ ...only, name: `${folder.name}/${only.name}` });
  return { ...folder, folders: folder.folders.map(joined) };
}

/** Where a file beside this one goes: its folder, `.codex` where that cannot hold any. */
export const folderOf = (path: string | undefined): string => path?.replace(/\/?[^/]*$/, '') || '.codex';

export const nameOf = (path: string): string => path.split('/').pop() ?? path;

/** In bytes, as it is written to a disk. */
export const sizeOf = ({ content, encoding }: BundleFile): number =>
  encoding === 'base64'
    ? Math.floor((content.replace(/=+$/, '').length * 3) / 4)
    : new TextEncoder().encode(content).length;
