import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { asGitServerError } from '../github/open-app.ts';
import { type GitCredential, withCredential } from './git-credential.ts';
import { githubWith } from './github-as-token.ts';
import { GitFailed, type GitFolder, openGitFolder, saidByServer } from './isolated-git.ts';
import {
  cloneUrl,
  hostOf,
  type OpenedRepository,
  openRepository,
  ownerAndName,
  type RepositoryRef,
} from './open-repository.ts';

type BranchServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>;

export interface BranchesAsked extends RepositoryRef {
  /** For the list of tokens. */
  forWhom: string;
}

export interface FoundBranch {
  name: string;
  commit: string;
  isProtected: boolean;
}

const heads = 'refs/heads/';
const most = 200;

/** What git was told, as an error of the connection. */
export function asRefusal(error: unknown, opened: OpenedRepository, what: string): unknown {
  if (!(error instanceof GitFailed)) return error;
  const said = saidByServer(error);
  const isRefused = /returned error: 40[134]|not found|denied|refus|declined|rejected/i.test(error.said + error.output);
  const host = hostOf(opened);
  return new ReeveError(
    isRefused ? 'git-refused' : 'git-server-failed',
    { said },
    { message: `${host} ${isRefused ? 'refused' : 'failed at'} ${what}: ${said}`, cause: error },
  );
}

async function askReferences(
  folder: GitFolder,
  opened: OpenedRepository,
  credential: GitCredential,
  patterns: readonly string[],
): Promise<Omit<FoundBranch, 'isProtected'>[]> {
  const remote = { url: cloneUrl(opened), credential };
  const listed = await folder
    .run(['ls-remote', '--quiet', '--refs', 'origin', ...patterns], { remote })
    .catch((error: unknown) => {
      throw asRefusal(error, opened, `the list of branches of ${opened.repository.name}`);
    });
  return listed
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([commit = '', name = '']) =>
      name.startsWith(heads) ? [{ commit, name: name.slice(heads.length) }] : [],
    );
}

/** Where a branch is now. Null: there is none of that name. */
export async function branchAt(
  folder: GitFolder,
  opened: OpenedRepository,
  { credential, branch }: { credential: GitCredential; branch: string },
): Promise<string | null> {
  const found = await askReferences(folder, opened, credential, [heads + branch]);
  return found.find(({ name }) => name === branch)?.commit ?? null;
}

/**
 * The newest commit of a branch, as the git server says now.
 * @throws ReeveError not-found: no such branch; repository-not-allowed, git-refused, git-server-failed
 */
export async function resolveBranch(
  services: BranchServices,
  asked: BranchesAsked & { branch: string },
): Promise<{ branch: string; commit: string }> {
  const opened = await openRepository(services, asked);
  const { forWhom, branch } = asked;
  await using folder = await openGitFolder();
  const commit = await withCredential(services, opened, { operation: 'read-repository', forWhom }, (credential) =>
    branchAt(folder, opened, { credential, branch }),
  );
  if (commit) return { branch, commit };
  throw new ReeveError('not-found', { branch }, { message: `${opened.repository.name} has no branch ${branch}.` });
}

async function askProtected(opened: OpenedRepository, credential: GitCredential): Promise<Set<string>> {
  if (opened.connection.kind === 'git') return new Set();
  const { data } = await githubWith(opened, credential)
    .request('GET /repos/{owner}/{repo}/branches', { ...ownerAndName(opened), protected: true, per_page: 100 })
    .catch((error: unknown) => {
      throw asGitServerError(error, opened.connection);
    });
  return new Set(data.map(({ name }) => name));
}

/**
 * Branches whose name holds `search`, the default one first, then by name; 200 at most.
 * @throws ReeveError not-found, repository-not-allowed, git-refused, git-server-failed
 */
export async function listBranches(
  services: BranchServices,
  asked: BranchesAsked & { search?: string | undefined },
): Promise<FoundBranch[]> {
  const opened = await openRepository(services, asked);
  const { forWhom, search = '' } = asked;
  const wanted = search.toLowerCase();
  const first = opened.repository.defaultBranch;
  await using folder = await openGitFolder();
  return await withCredential(services, opened, { operation: 'read-repository', forWhom }, async (credential) => {
    const [found, isProtected] = await Promise.all([
      askReferences(folder, opened, credential, [`${heads}*`]),
      askProtected(opened, credential),
    ]);
    return found
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .sort(
        (one, other) => Number(other.name === first) - Number(one.name === first) || (one.name < other.name ? -1 : 1),
      )
      .slice(0, most)
      .map((branch) => ({ ...branch, isProtected: isProtected.has(branch.name) }));
  });
}
