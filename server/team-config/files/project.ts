import type { BundleFile } from '#contract/team-config-files.ts';

export interface ProjectFile {
  /** From the root of the repository, with `/`. */
  path: string;
  /** Null: larger than `largestFile`, or not readable. */
  bytes: Uint8Array | null;
  size: number;
  isExecutable: boolean;
  /** A symbolic link to a file. */
  isLink: boolean;
  /** A link that leaves the repository, so it was not read; of a folder as well. */
  leaves?: boolean;
}

/** What a repository brings for Codex, from a folder or from the files of a bundle. */
export interface Project {
  files: ReadonlyMap<string, ProjectFile>;
  /** Whether there is such a file or folder; null where that is not known, as in a bundle. */
  has(path: string): boolean | null;
  /** Of each folder named `skills`: how many folders are below it, hidden ones left out. */
  skillFolders: ReadonlyMap<string, number>;
  /** Whether an absolute path exists where the repository is; null: it is on no machine. */
  existsHere: ((place: string) => boolean) | null;
}

export const largestFile = 1024 * 1024;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text with its byte order mark, or null when it is not UTF-8. */
export function textOf({ bytes }: ProjectFile): string | null {
  if (bytes === null) return null;
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** A folder and all above it, the root (an empty text) first. */
export function chainOf(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

/** The folders that end with this path: of `.codex/config.toml` those that have one, the outer ones first. */
export function foldersWith(project: Project, path: string): string[] {
  const found: string[] = [];
  for (const name of project.files.keys()) {
    if (name === path) found.push('');
    else if (name.endsWith(`/${path}`)) found.push(name.slice(0, -path.length - 1));
  }
  return found.sort((left, right) => left.split('/').length - right.split('/').length || (left < right ? -1 : 1));
}

/** The place of `skills` in a path, for example `.codex/skills`; null when the path is not below one. */
export function skillRootOf(path: string): string | null {
  const match = /^(?:.*?\/)?\.(?:codex|agents)\/skills(?=\/)/.exec(path);
  return match?.[0] ?? null;
}

function countSkillFolders(paths: Iterable<string>): Map<string, number> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const root = skillRootOf(path);
    if (root === null) continue;
    const below = folders.get(root) ?? new Set();
    folders.set(root, below);
    for (const folder of chainOf(folderOf(path.slice(root.length + 1))))
      if (folder !== '' && !/(?:^|\/)\./.test(folder)) below.add(folder);
  }
  return new Map([...folders].map(([root, below]) => [root, below.size]));
}

export function makeProject(
  files: readonly ProjectFile[],
  { others, existsHere }: { others: ReadonlySet<string> | null; existsHere: Project['existsHere'] },
): Project {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const folders = new Set([...byPath.keys()].flatMap((path) => chainOf(folderOf(path))));
  return {
    files: byPath,
    has: (path) => {
      if (byPath.has(path) || folders.has(path) || others?.has(path)) return true;
      // A bundle has all that its own `.codex` needs, and nothing is known of the repository around it.
      return others !== null || /(?:^|\/)\.(?:codex|agents)\//.test(path) ? false : null;
    },
    skillFolders: countSkillFolders(byPath.keys()),
    existsHere,
  };
}

/** The files of a bundle, as if they were a repository of their own. */
export const projectOfBundle = (files: readonly BundleFile[]): Project =>
  makeProject(
    files.map(({ path, content, encoding, executable }) => {
      const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
      const isSmall = bytes.length <= largestFile;
      return { path, bytes: isSmall ? bytes : null, size: bytes.length, isExecutable: executable, isLink: false };
    }),
    { others: null, existsHere: null },
  );
