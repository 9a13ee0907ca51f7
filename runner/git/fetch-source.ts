import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitPlace, runGit } from './run-git.ts';

export interface FetchOptions {
  attemptId: string;
  /** `…/repository.git` of this attempt. */
  url: string;
  /** Header lines that the server wants. */
  headers: readonly string[];
  authorityFile: string | null;
  /** Where git goes through, if anywhere. */
  proxyUrl?: string | null;
  repository: string;
  branch: string;
  /** Null: the newest of the branch. */
  commit: string | null;
  /** A server that sends nothing for so long is not waited for; one that works says so every few seconds. */
  silenceSeconds?: number;
  signal: AbortSignal;
}

/** Longer than Reeve waits for a git server. */
const usualSilenceSeconds = 150;

export interface Source {
  /** The git folder of this attempt: what it writes is gone with it. */
  gitDir: string;
  /** Kept for other attempts of this repository; `ref` in it is the commit. */
  store: string;
  ref: string;
  commit: string;
}

// History that an agent may want to read. A whole one can be gigabytes.
const depth = 50;
const keepUnusedDays = 14;
const dayMs = 86_400_000;

/** One fetch at a time into each store: git locks its list of shallow commits. */
const turns = new Map<string, Promise<unknown>>();
function inTurn<T>(store: string, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(store) ?? Promise.resolve()).then(work, work);
  turns.set(
    store,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Which attempts use each store, or are about to: their own git folders read its objects. */
const users = new Map<string, Set<string>>();
const isUsed = (store: string): boolean => (users.get(store)?.size ?? 0) > 0;
const refOf = (attemptId: string): string => `refs/reeve/${attemptId}`;
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

export const storeOf = (folder: string, repository: string): string => join(folder, `${shortHash(repository)}.git`);

/** What was last fetched of a branch, by whichever attempt: the next fetch asks only for what is new since. */
const keptRefs = 'refs/kept';
const keptRefOf = (branch: string): string => `${keptRefs}/${shortHash(branch)}`;
/** A store; branches of tasks come and go. */
const mostKept = 20;

/**
 * The highest-ranking attributes of the runner's git folders: what a `.gitattributes` says about diffs, merges and filters does not count,
 * so that a change cannot hide as “binary” and no filter has a name.
 */
const attributes = '* !diff !merge !filter\n';

async function makeGitFolder(gitDir: string): Promise<void> {
  await runGit(['init', '--quiet', '--bare', '--template=', gitDir]);
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await writeFile(join(gitDir, 'info/attributes'), attributes);
}

async function fetchInto(store: string, ref: string, options: FetchOptions): Promise<string> {
  const {
    url,
    headers,
    authorityFile,
    proxyUrl,
    branch,
    commit,
    silenceSeconds = usualSilenceSeconds,
    signal,
  } = options;
  const settings = {
    'http.extraHeader': headers,
    ...(authorityFile === null ? {} : { 'http.sslCAInfo': authorityFile }),
    'http.proxy': proxyUrl ?? '',
    'http.lowSpeedLimit': '1',
    'http.lowSpeedTime': String(silenceSeconds),
  };
  const want = commit ?? `refs/heads/${branch}`;
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', `--depth=${depth}`, url];
  const to = [ref, keptRefOf(branch)].map((name) => `+${want}:${name}`);
  await runGit([...args, ...to], { gitDir: store, settings, signal });
  const found = await runGit(['rev-parse', '--verify', `${ref}^{commit}`], { gitDir: store, signal });
  return found.toString().trim();
}

/** What a killed git leaves: locks of files that it was about to write, packs that it had not finished. */
const left = /(\.lock|^tmp_(pack|idx|obj)_.*|^\.tmp-\d+-pack-.*)$/;

/** While nothing is fetched into it. */
async function removeLeft(store: string): Promise<void> {
  for (const entry of await readdir(store, { withFileTypes: true, recursive: true }))
    if (entry.isFile() && left.test(entry.name)) await rm(join(entry.parentPath, entry.name), { force: true });
}

/**
 * Fetches what an attempt works on into git folders that no container sees. However this ends, the store counts as used by the attempt
 * until `forgetSource`.
 * @throws GitFailed with what git or the server said
 */
export async function fetchSource(
  folders: { repositories: string; attempt: string },
  options: FetchOptions,
): Promise<Source> {
  const store = storeOf(folders.repositories, options.repository);
  const ref = refOf(options.attemptId);
  users.set(store, (users.get(store) ?? new Set()).add(options.attemptId));
  const commit = await inTurn(store, async () => {
    if (!existsSync(join(store, 'HEAD'))) await makeGitFolder(store);
    // The fetch before may have been ended with its attempt.
    await removeLeft(store);
    const now = new Date();
    await utimes(store, now, now);
    return fetchInto(store, ref, options);
  });
  const gitDir = join(folders.attempt, 'git');
  await makeGitFolder(gitDir);
  await writeFile(join(gitDir, 'objects/info/alternates'), `${join(store, 'objects')}\n`);
  return { gitDir, store, ref, commit };
}

/**
 * Once an attempt is over, however it ended and whatever it had fetched by then, and its own git folder is gone: what only it needed can
 * then be tidied up.
 */
export async function forgetSource(
  repositories: string,
  { repository, attemptId }: Pick<FetchOptions, 'repository' | 'attemptId'>,
): Promise<void> {
  const store = storeOf(repositories, repository);
  await inTurn(store, async () => {
    if (!existsSync(store)) return;
    // A fetch that was ended can have left the lock of this very ref.
    await removeLeft(store);
    await runGit(['update-ref', '-d', refOf(attemptId)], { gitDir: store });
  }).catch(() => undefined);
  users.get(store)?.delete(attemptId);
}

interface TidyOptions {
  /** Nothing that takes minutes in a large store, because somebody waits; and what a loss of power may have spoilt is not built on. */
  isStart?: boolean;
  now?: number;
  /** Ends what is under way; the rest waits for the next time. */
  signal?: AbortSignal;
  log?: (line: string) => void;
}

/** All but the newest: their files stay as long as the names. */
async function dropKept(place: GitPlace): Promise<void> {
  const newestFirst = ['for-each-ref', '--sort=-committerdate', '--format=%(refname)', keptRefs];
  const names = (await runGit(newestFirst, place)).toString().split('\n').filter(Boolean);
  const input = names.slice(mostKept).map((name) => `delete ${name}\n`);
  if (input.length > 0) await runGit(['update-ref', '--stdin'], { ...place, input: input.join('') });
}

async function tidyStore(store: string, { isStart = false, now = Date.now(), signal }: TidyOptions): Promise<void> {
  // A tidying before this one may have removed it.
  if (!existsSync(store)) return;
  const { atime, mtime } = await stat(store);
  if (now - mtime.getTime() > keepUnusedDays * dayMs || !existsSync(join(store, 'info/attributes'))) {
    await rm(store, { recursive: true, force: true });
    return;
  }
  try {
    await rm(join(store, 'refs/reeve'), { recursive: true, force: true });
    await removeLeft(store);
    if (isStart) {
      // Where git keeps names: one file each, or all in one.
      for (const names of [keptRefs, 'packed-refs']) await rm(join(store, names), { recursive: true, force: true });
      return;
    }
    const place = { gitDir: store, ...(signal ? { signal } : {}) };
    await dropKept(place);
    // Each fetch brings a pack of its own, and git does not collect them by itself here. By force: one that was killed left its mark.
    await runGit(['gc', '--quiet', '--prune=now', '--force'], place);
  } finally {
    // Tidying is no use of it: its age goes on.
    await utimes(store, atime, mtime);
  }
}

/**
 * Stores that nobody asked for lately go; the others forget former attempts, what was under way in them, and what no attempt needs any
 * more. One that an attempt uses stays as it is.
 */
export async function tidyStores(folder: string, options: TidyOptions = {}): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (options.signal?.aborted) return;
    const store = join(folder, name);
    // Space that is lost is no reason to leave the other stores, or to do no work at all.
    await inTurn(store, async () => {
      if (!isUsed(store)) await tidyStore(store, options);
    }).catch((error: Error) => {
      if (!options.signal?.aborted) options.log?.(`tidying ${store}: ${error.message}`);
    });
  }
}

/** Each day while the runner lives, which may be months. @returns what stops it, and the tidying that is under way */
export function keepTidy(folder: string, log: (line: string) => void, everyMs = dayMs): () => void {
  const stopping = new AbortController();
  const timer = setInterval(() => void tidyStores(folder, { signal: stopping.signal, log }), everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}
