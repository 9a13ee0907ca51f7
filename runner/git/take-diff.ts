import { chmod, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { namesIn, quoted, withoutOddBytes } from './odd-bytes.ts';
import { realFolder, removePipes } from './real-folder.ts';
import { GitFailed, type GitPlace, GitTooMuch, runGit } from './run-git.ts';

/** How a file looked; its change time cannot be set back by whoever owns it. */
type Signature = string;
/** What differs from what the runner put there, by path. */
export type Touched = ReadonlyMap<string, Signature>;

export interface TakenDiff {
  diff: Buffer;
  /** Folders that hold a git repository of their own; they are left out. */
  leftOut: string[];
  /** Changed files whose names are no UTF-8, as git shows them; they are left out, since a diff is text. */
  oddNames: string[];
}

/** The change is larger than may be kept. */
export class DiffTooLarge extends Error {
  override name = 'DiffTooLarge';
}

const mostFiles = 50_000;
/** Names of several hundred thousand files. */
const mostListBytes = 64 * 1024 * 1024;

/** Where it is looked, and, for tests, how long the lists of names may be. */
type Looked = GitPlace & { mostListBytes?: number };

const orTooLarge = (output: Promise<Buffer>): Promise<Buffer> =>
  output.catch((error: unknown) => {
    throw error instanceof GitTooMuch ? new DiffTooLarge(error.message) : error;
  });

async function signatureOf(path: string | Buffer): Promise<Signature> {
  const stat = await lstat(path, { bigint: true }).catch(() => null);
  return stat ? [stat.ino, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ') : 'gone';
}

async function refresh(place: GitPlace): Promise<void> {
  await runGit(['update-index', '-q', '--ignore-submodules', '--refresh'], place).catch((error: unknown) => {
    if (!(error instanceof GitFailed && error.exitCode === 1)) throw error;
  });
}

/**
 * Paths that are not as the runner put them, ignored ones left out. A path that ends in `/` is a repository of its own. What is tracked
 * as a submodule is never looked into: git would start itself there, with whatever configuration a container wrote.
 */
async function changedPaths(place: Looked): Promise<{ names: string[]; odd: Buffer[] }> {
  await removePipes(place.workTree ?? '', place.signal);
  await refresh(place);
  const list = { ...place, mostBytes: place.mostListBytes ?? mostListBytes };
  const untracked = await orTooLarge(runGit(['ls-files', '-z', '--others', '--exclude-standard'], list));
  const changed = await orTooLarge(runGit(['diff-files', '-z', '--name-only', '--ignore-submodules=all'], list));
  const [one, other] = [namesIn(untracked), namesIn(changed)];
  return { names: [...new Set([...one.names, ...other.names])], odd: [...one.odd, ...other.odd] };
}

const placeOf = (root: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${root}/`), name]);

/** What set-up changed, so that it is not taken for the agent's work. @throws DiffTooLarge */
export async function whatIsTouched(place: Looked): Promise<Touched> {
  const touched = new Map<string, Signature>();
  const root = place.workTree ?? '';
  const { names, odd } = await changedPaths(place);
  for (const path of names) touched.set(path, await signatureOf(join(root, path)));
  for (const name of odd) touched.set(quoted(name), await signatureOf(placeOf(root, name)));
  return touched;
}

/** What git would take in; links are taken as links, pipes and devices not at all. */
async function lookAt(path: string): Promise<{ bytes: number } | 'gone' | 'neither'> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return 'gone';
  if (stat.isFile() && (stat.mode & 0o400) === 0) await chmod(path, stat.mode | 0o400);
  return stat.isFile() || stat.isSymbolicLink() ? { bytes: stat.size } : 'neither';
}

async function takeIn(place: GitPlace, { taken, gone }: { taken: readonly string[]; gone: readonly string[] }) {
  const removed = gone.map((path) => `0 ${'0'.repeat(40)}\t${path}\0`).join('');
  await runGit(['update-index', '-z', '--index-info'], { ...place, input: removed });
  const added = taken.map((path) => `${path}\0`).join('');
  await runGit(['update-index', '--add', '--replace', '-z', '--stdin'], { ...place, input: added });
}

/**
 * The difference between the commit that the task began with and what its folder holds, as `git apply` takes it. Works on the runner's own
 * git folder; the container's is not read, no program is started, no link followed. No container may run meanwhile.
 * @throws DiffTooLarge
 */
export async function takeDiff(
  place: Looked,
  { base, touched, mostBytes }: { base: string; touched: Touched; mostBytes: number },
): Promise<TakenDiff> {
  const root = place.workTree ?? '';
  const leftOut: string[] = [];
  const gone: string[] = [];
  const taken: string[] = [];
  let bytes = 0;
  const { names, odd } = await changedPaths(place);
  for (const path of names) {
    if (path.endsWith('/')) {
      if (!touched.has(path)) leftOut.push(path);
      continue;
    }
    // Behind a folder that became a link there is nothing of this repository any more.
    const isBehindLink = (await realFolder(root, dirname(path)).catch(() => null)) === null;
    if (!isBehindLink && touched.get(path) === (await signatureOf(join(root, path)))) continue;
    const file = isBehindLink ? 'gone' : await lookAt(join(root, path));
    if (file === 'gone') gone.push(path);
    else if (file !== 'neither') taken.push(path);
    bytes += typeof file === 'object' ? file.bytes : 0;
    // Binary files become smaller in a diff, by far less than this.
    if (bytes > 16 * mostBytes || taken.length > mostFiles)
      throw new DiffTooLarge(`${taken.length} files, ${bytes} bytes`);
  }
  await takeIn(place, { taken, gone });
  const options = ['--binary', '--full-index', '--find-renames', '--no-ext-diff', '--no-textconv', '--no-color'];
  const prefixes = ['--ignore-submodules=all', '--src-prefix=a/', '--dst-prefix=b/'];
  const args = [...options, ...prefixes, base, '--'];
  const take = () => orTooLarge(runGit(['diff', '--cached', ...args], { ...place, mostBytes }));
  const diff = await withoutOddBytes(await take(), { place, args, take });
  const oddNames: string[] = [];
  for (const name of odd)
    if (touched.get(quoted(name)) !== (await signatureOf(placeOf(root, name)))) oddNames.push(quoted(name));
  return { diff, leftOut, oddNames };
}
