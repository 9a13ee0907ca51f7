import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { KeptCache } from '../cache/setup-caches.ts';
import { applyStartingDiff, checkOut, giveGitFolder, type WorkPlace } from '../git/check-out.ts';
import { fetchSource, type Source } from '../git/fetch-source.ts';
import { realFolder } from '../git/real-folder.ts';
import { GitFailed, type GitPlace } from '../git/run-git.ts';
import { retryMs, untilAnswered } from '../reeve/call-reeve.ts';
import { AttemptEnded } from './attempt-ended.ts';
import { giveTo, removeFolder } from './attempt-folders.ts';
import type { Attempt } from './attempt-tools.ts';

export interface Prepared {
  image: string;
  source: Source;
  /** The runner's own view of the repository's folder. */
  place: GitPlace;
  /** What was kept of an earlier set-up, and is in the folders now. */
  cache: KeptCache | null;
}

/** A reason that is not the attempt's own end becomes `ending`. */
async function orEnd<T>(attempt: Attempt, ending: 'repository-unavailable' | 'image-unavailable', work: Promise<T>) {
  try {
    return await work;
  } catch (error) {
    attempt.signal.throwIfAborted();
    throw new AttemptEnded(ending, (error as Error).message.slice(0, 1500), { cause: error });
  }
}

/** Longer than Reeve takes to start again. */
const longestFetchingMs = 120_000;
/** What git says of a refusal or of something that is not there; everything else may pass, such as a connection that breaks or a proxy that is busy. */
export const isFinal = (words: string): boolean =>
  /returned error: 4(?!08|29)\d\d|find remote ref|not our ref|not found|[Aa]uthentication failed|certificate/.test(
    words,
  );

/** Until it works, is refused, or did not work for so long. @throws GitFailed */
async function fetchRepository(attempt: Attempt): Promise<Source> {
  const { signal, report } = attempt;
  let until: number | null = null;
  for (let failures = 0; ; failures += 1) {
    try {
      return await fetchOnce(attempt);
    } catch (error) {
      signal.throwIfAborted();
      // From the first failure on: one that was silent took its time already.
      until ??= performance.now() + longestFetchingMs;
      if (!(error instanceof GitFailed) || isFinal(error.message) || performance.now() > until) throw error;
      if (failures === 0) report.add({ kind: 'notice', text: 'The repository cannot be reached; trying again.' });
      await setTimeout(retryMs(failures), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

async function fetchOnce({ job, tools, folders, signal }: Attempt): Promise<Source> {
  const { repository, attemptId, epoch } = job;
  return fetchSource(
    { repositories: tools.folders.repositories, attempt: folders.root },
    {
      attemptId: `${attemptId}-${epoch}`,
      url: `${tools.calls.address.origin}/runner/v1/attempts/${attemptId}/repository.git`,
      headers: [`Authorization: Bearer ${tools.secret}`, `reeve-epoch: ${epoch}`],
      authorityFile: tools.authorityFile,
      proxyUrl: tools.gitProxyUrl,
      repository: repository.name,
      branch: repository.branch,
      commit: repository.commit,
      signal,
    },
  );
}

async function restoreCache({ job, tools, folders, signal }: Attempt): Promise<KeptCache | null> {
  if (job.cache === null) return null;
  const found = await tools.caches.restore(job.cache.fingerprint, folders, signal).catch(async (error: Error) => {
    signal.throwIfAborted();
    tools.log(`cache: ${error.message}`);
    // Half of it may be there.
    for (const folder of [folders.workspace, folders.home]) {
      await removeFolder(folder);
      await mkdir(folder, { mode: 0o755 });
    }
    return null;
  });
  return found;
}

/** The repository's folder; one that set-up turned into something else is made anew, and nothing in it counts. */
async function openWorkTree(workspace: string, folder: string): Promise<{ workTree: string; isKept: boolean }> {
  const workTree = join(workspace, folder);
  const kept = await realFolder(workspace, folder).catch(() => null);
  if (kept !== null) return { workTree: kept, isKept: true };
  await removeFolder(workTree);
  await mkdir(workTree, { recursive: true, mode: 0o755 });
  return { workTree, isKept: false };
}

async function applyFormerChanges(attempt: Attempt, place: WorkPlace): Promise<void> {
  const { job, tools, lease, signal, report } = attempt;
  if (!job.before.hasDiff) return;
  const path = `/runner/v1/attempts/${job.attemptId}/starting-diff?epoch=${job.epoch}`;
  const diff = await untilAnswered(lease.lost, () => tools.calls.send({ method: 'GET', path, signal }));
  if (diff.length === 0) return;
  report.add({ kind: 'phase', text: 'Applying the changes that the task begins with.' });
  await applyStartingDiff(place, diff, signal).catch((error: Error) => {
    signal.throwIfAborted();
    throw new AttemptEnded('patch-refused', error.message.slice(0, 1500), { cause: error });
  });
}

/**
 * Fetches the repository, puts the files in place, and gets the image.
 * @throws AttemptEnded repository-unavailable, image-unavailable, patch-refused
 */
export async function prepare(attempt: Attempt): Promise<Prepared> {
  const { job, driver, folders, report, signal } = attempt;
  const { repository } = job;
  report.enter('prepare', 'preparing');
  report.add({ kind: 'phase', text: `Fetching ${repository.name}, ${repository.commit ?? repository.branch}.` });
  const log = (text: string) => report.add({ kind: 'output', text });
  const preparing = orEnd(attempt, 'image-unavailable', driver.prepareImage(job.image, { signal, log }));
  // Waited for below; until then a failure is not nobody's.
  preparing.catch(() => undefined);
  const restoring = restoreCache(attempt);
  restoring.catch(() => undefined);
  const source = await orEnd(attempt, 'repository-unavailable', fetchRepository(attempt)).catch(async (error) => {
    // Nothing may be written into the folders once the attempt is over.
    await restoring.catch(() => undefined);
    throw error;
  });
  report.tell({ baseCommit: source.commit });
  report.add({ kind: 'notice', text: `Commit ${source.commit}.` });
  const cache = await restoring;
  if (cache) report.add({ kind: 'notice', text: `Set-up of ${cache.builtAt} is used again.` });
  const { workTree, isKept } = await openWorkTree(folders.workspace, repository.folder);
  const options = { source, indexFile: folders.indexFile, workTree, signal };
  const place = await checkOut({ ...options, cachedCommit: isKept && cache ? cache.commit : null }).catch((error) => {
    signal.throwIfAborted();
    throw new AttemptEnded('repository-unavailable', (error as Error).message.slice(0, 1500), { cause: error });
  });
  await applyFormerChanges(attempt, place);
  const { branch, remoteUrl } = repository;
  await giveTo(driver.owner, [folders.workspace, folders.home]);
  await giveGitFolder({ source, workTree, scratch: folders.root, branch, remoteUrl, signal });
  await giveTo(driver.owner, [join(workTree, '.git')]);
  return { image: await preparing, source, place, cache };
}
