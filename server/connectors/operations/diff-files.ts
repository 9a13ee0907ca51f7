import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { asRefusal, branchAt } from './branches.ts';
import { fetchBlobs, fetchCommits } from './commit-diff.ts';
import { withCredential } from './git-credential.ts';
import { type GitFolder, openGitFolder } from './git-folder.ts';
import { type IndexEntry, readEntries } from './index-entries.ts';
import type { Remote } from './isolated-git.ts';
import { cloneUrl, type OpenedRepository, openRepository, type RepositoryRef } from './open-repository.ts';

/** A file of a repository. */
export interface RepositoryFile {
  path: string;
  content: Buffer;
  isExecutable: boolean;
}

export interface FilesAsked extends RepositoryRef {
  branch: string;
  /** Of the branch, as it was seen before; left out: as it is now. */
  commit?: string | undefined;
  /** For the list of tokens: a person and what for. */
  forWhom: string;
  /** Files that are to be as they are here. */
  files: readonly RepositoryFile[];
  /** Files whose content decides whether `remove` names them. */
  read: readonly string[];
  /** Paths that are to be gone, by what was read. Those that are not there are passed over. */
  remove(read: ReadonlyMap<string, string>): readonly string[];
}

export interface FileInDiff {
  path: string;
  /** Null: there was none. */
  before: RepositoryFile | null;
  /** Null: it goes. */
  after: RepositoryFile | null;
}

export interface FilesDiff {
  base: { branch: string; commit: string };
  /** For `publishDiff`; empty when nothing differs. */
  diff: string;
  /** By path. */
  changes: FileInDiff[];
}

interface Work {
  folder: GitFolder;
  opened: OpenedRepository;
  remote: Remote;
  env: Record<string, string>;
}

const modes = { file: '100644', executable: '100755', link: '120000', submodule: '160000' } as const;
const modeOf = ({ isExecutable }: RepositoryFile): string => (isExecutable ? modes.executable : modes.file);

const refuse = (opened: OpenedRepository, branch: string, said: string) =>
  new ReeveError(
    'git-refused',
    { said },
    { message: `The files do not fit into ${branch} of ${opened.repository.name}: ${said}` },
  );

/** In the server's memory, all at once. */
const mostBytes = 16 * 1024 * 1024;

/** Whoever may push to the repository decides how much there is. @throws ReeveError git-refused: too much to be held */
async function refuseTooLarge({ folder, opened, remote }: Work, branch: string, blobs: readonly string[]) {
  const input = `${blobs.join('\n')}\n`;
  const sizes = (await folder.run(['cat-file', '--batch-check=%(objectsize)'], { input, remote })).trim().split('\n');
  const bytes = sizes.reduce((sum, size) => sum + Number(size), 0);
  if (Number.isNaN(bytes)) throw refuse(opened, branch, 'the files there that would be replaced could not be fetched.');
  if (bytes > mostBytes)
    throw refuse(opened, branch, 'the files there that would be replaced are too large to be compared.');
}

/** Byte for byte, by the names of their blobs, of which there may be one for many paths. */
async function readBlobs(work: Work, branch: string, blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (blobs.length === 0) return found;
  const { folder, remote } = work;
  const wanted = [...new Set(blobs)];
  await fetchBlobs(folder, remote, wanted);
  await refuseTooLarge(work, branch, blobs);
  for (const blob of wanted) found.set(blob, await folder.readBlob(blob, remote));
  return found;
}

/** Stored as they are. @returns the names of their blobs, in the same order */
async function storeFiles({ folder }: Work, files: readonly RepositoryFile[]): Promise<string[]> {
  if (files.length === 0) return [];
  const place = join(folder.path, 'files');
  await mkdir(place);
  const names = files.map((_file, index) => join(place, String(index)));
  for (const [index, name] of names.entries()) await writeFile(name, files[index]?.content ?? '');
  const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
  return (await folder.run(args, { input: `${names.join('\n')}\n` })).trim().split('\n');
}

/** Folders that hold a path, the outermost first. */
const foldersOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_name, index, names) => names.slice(0, index + 1).join('/'));

/** git would take away what stands in the way, without a word. @throws ReeveError git-refused */
function refuseWhatIsInTheWay(
  { opened }: Work,
  { branch, paths, entries }: { branch: string; paths: readonly string[]; entries: ReadonlyMap<string, IndexEntry> },
): void {
  const folders = new Set([...entries.keys()].flatMap(foldersOf));
  for (const path of paths) {
    const file = foldersOf(path).find((folder) => entries.has(folder));
    if (file) throw refuse(opened, branch, `${file} is no folder there, and ${path} needs one.`);
    if (folders.has(path)) throw refuse(opened, branch, `${path} is a folder there.`);
    const mode = entries.get(path)?.mode;
    if (mode === modes.submodule) throw refuse(opened, branch, `${path} is a submodule there.`);
    if (mode === modes.link) throw refuse(opened, branch, `${path} is a link there.`);
  }
}

async function changeIndex({ folder, env }: Work, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await folder.run(['update-index', '-z', '--index-info'], { input: `${lines.join('\0')}\0`, env });
}

/** Everything as a binary patch: whatever the encoding of what was there, it applies to nothing else. */
async function diffAgainst({ folder, remote, env }: Work, commit: string): Promise<string> {
  await mkdir(join(folder.path, 'info'), { recursive: true });
  await writeFile(join(folder.path, 'info', 'attributes'), '* -diff\n');
  const tree = (await folder.run(['write-tree', '--missing-ok'], { env })).trim();
  const args = ['diff-tree', '-r', '-p', '--binary', '--full-index', '--no-renames', commit, tree];
  return folder.run(args, { remote });
}

async function compare(work: Work, asked: FilesAsked, commit: string): Promise<Omit<FilesDiff, 'base'>> {
  const { branch, files } = asked;
  await work.folder.run(['read-tree', commit], { env: work.env, remote: work.remote });
  const entries = await readEntries(work.folder, work.env);
  const blobAt = (path: string) => entries.get(path)?.blob;
  const readable = asked.read.filter((path) => entries.get(path)?.mode !== modes.submodule);
  const blobsAt = (paths: readonly string[]) => paths.map(blobAt).filter((blob) => blob !== undefined);
  const read = await readBlobs(work, branch, blobsAt(readable));
  const contents = readable.flatMap((path) => {
    const content = read.get(blobAt(path) ?? '');
    return content ? [[path, content.toString('utf8')] as const] : [];
  });
  const kept = new Set(files.map(({ path }) => path));
  const gone = asked.remove(new Map(contents)).filter((path) => entries.has(path) && !kept.has(path));
  const stored = await storeFiles(work, files);
  const changed = files.flatMap((file, index) => {
    const blob = stored[index] ?? '';
    const entry = entries.get(file.path);
    return entry?.blob === blob && entry.mode === modeOf(file) ? [] : [{ file, blob }];
  });
  const touched = [...changed.map(({ file }) => file.path), ...gone];
  refuseWhatIsInTheWay(work, { branch, paths: touched, entries });
  const lines = [
    ...changed.map(({ file, blob }) => `${modeOf(file)} ${blob}\t${file.path}`),
    ...gone.map((path) => `0 ${'0'.repeat(40)}\t${path}`),
  ];
  await changeIndex(work, lines);
  const before = await readBlobs(work, branch, blobsAt(touched));
  const fileBefore = (path: string): RepositoryFile | null => {
    const entry = entries.get(path);
    const content = before.get(entry?.blob ?? '');
    return entry && content ? { path, content, isExecutable: entry.mode === modes.executable } : null;
  };
  const changes = [
    ...changed.map(({ file }) => ({ path: file.path, before: fileBefore(file.path), after: file })),
    ...gone.map((path) => ({ path, before: fileBefore(path), after: null })),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
  return { changes, diff: changes.length === 0 ? '' : await diffAgainst(work, commit) };
}

/**
 * What would change in a branch if these files were there, and nothing else than that. Whether the member may read it is asked before, with
 * `requireRepositoryAccess`.
 * @throws ReeveError not-found: no such branch; repository-not-allowed; git-refused: the files do not fit in, or the server's words;
 *   git-server-failed
 */
export async function diffFiles(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>,
  asked: FilesAsked,
): Promise<FilesDiff> {
  const opened = await openRepository(services, asked);
  const { branch, forWhom } = asked;
  await using folder = await openGitFolder('compare');
  await folder.run(['init', '--quiet', '--bare', '--initial-branch=nothing', '.']);
  return await withCredential(services, opened, { operation: 'fetch', forWhom }, async (credential) => {
    const commit = asked.commit ?? (await branchAt(folder, opened, { credential, branch }));
    if (commit === null)
      throw new ReeveError('not-found', { branch }, { message: `${opened.repository.name} has no branch ${branch}.` });
    const base = { branch, commit };
    const remote = { url: cloneUrl(opened), credential };
    await fetchCommits(folder, remote, { base, tip: null }).catch((error: unknown) => {
      throw asRefusal(error, opened, `a fetch of ${opened.repository.name}`);
    });
    const env = { GIT_INDEX_FILE: `${folder.path}/index-of-files` };
    const found = await compare({ folder, opened, remote, env }, asked, commit).catch((error: unknown) => {
      throw asRefusal(error, opened, `a comparison of ${opened.repository.name}`);
    });
    return { base, ...found };
  });
}
