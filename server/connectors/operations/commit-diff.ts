import { ReeveError } from '#server/fail.ts';
import { asRefusal } from './branches.ts';
import type { GitFolder } from './git-folder.ts';
import { readEntries } from './index-entries.ts';
import { GitFailed, type Remote } from './isolated-git.ts';
import type { OpenedRepository } from './open-repository.ts';

export interface Person {
  name: string;
  email: string;
}

export interface CommitAsked {
  base: { branch: string; commit: string };
  diff: string;
  message: string;
  author: Person;
  committer: Person;
  /** The branch that is gone on with: the new commit comes after it. */
  tip: string | null;
  /** Said when somebody else's commit is there. */
  whenForeign: string;
  at: Date;
}

export interface MadeCommit {
  commit: string;
  changesWorkflows: boolean;
}

/** Commits of the branch are ours in a row: that many are looked back to see whether they come from the base. */
const depth = 64;

/** With trees and without the files; of a server that knows no such thing, with them. */
export async function fetchCommits(
  folder: GitFolder,
  remote: Remote,
  { base, tip }: Pick<CommitAsked, 'base' | 'tip'>,
): Promise<void> {
  const fetch = (...what: string[]) =>
    folder.run(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--filter=blob:none', ...what], { remote });
  const others = tip === null ? [] : [tip];
  await fetch(`--depth=${tip === null ? 1 : depth}`, 'origin', base.commit, ...others).catch(async (error: unknown) => {
    // Some servers give out branches only.
    if (!(error instanceof GitFailed) || !/not our ref|unadvertised|not allow request/i.test(error.said)) throw error;
    await fetch('origin', `refs/heads/${base.branch}`, ...others);
    await folder.run(['cat-file', '-e', `${base.commit}^{commit}`]);
  });
}

const applyProblem = ({ said }: GitFailed): string =>
  said
    .split('\n')
    .filter((line) => /^(?:error|fatal): /.test(line))
    .slice(0, 5)
    .join('\n')
    .replaceAll(/^(?:error|fatal): /gm, '');

const formerBlobs = /^index ([0-9a-f]{40,64})\.\.[0-9a-f]{40,64}/gm;
const formerPaths = /^(?:rename|copy) from ([^"\n].*)$/gm;

const firstOf = (diff: string, pattern: RegExp): Set<string> =>
  new Set([...diff.matchAll(pattern)].map(([, first = '']) => first));

/** Files that moved as they were have no line that names their content. */
async function contentOf(
  folder: GitFolder,
  paths: ReadonlySet<string>,
  env: Record<string, string>,
): Promise<string[]> {
  if (paths.size === 0) return [];
  const entries = await readEntries(folder, env);
  return [...paths].flatMap((path) => entries.get(path)?.blob ?? []);
}

/** All at once: git would ask for one after the other. What is not there shows when it is needed. */
export async function fetchBlobs(folder: GitFolder, remote: Remote, wanted: readonly string[]): Promise<void> {
  if (wanted.length < 2) return;
  const args = ['-c', 'fetch.negotiationAlgorithm=noop', 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head'];
  const input = `${wanted.join('\n')}\n`;
  await folder.run([...args, '--filter=blob:none', 'origin', '--stdin'], { input, remote }).catch(() => '');
}

/** What the diff changes, as it was. */
async function fetchFormer(
  folder: GitFolder,
  remote: Remote,
  { diff }: CommitAsked,
  env: Record<string, string>,
): Promise<void> {
  const moved = await contentOf(folder, firstOf(diff, formerPaths), env);
  const wanted = [...new Set([...firstOf(diff, formerBlobs), ...moved])].filter((name) => !/^0*$/.test(name));
  await fetchBlobs(folder, remote, wanted);
}

async function apply(
  folder: GitFolder,
  remote: Remote,
  { diff, base }: CommitAsked,
  env: Record<string, string>,
): Promise<void> {
  const input = diff.endsWith('\n') ? diff : `${diff}\n`;
  // Into the index alone, exactly where it says: nothing is checked out, so no attribute, filter or link of it does anything here.
  await folder
    .run(['apply', '--cached', '--whitespace=nowarn', '-'], { input, remote, env })
    .catch((error: unknown) => {
      if (!(error instanceof GitFailed)) throw error;
      const said = applyProblem(error);
      throw new ReeveError(
        'git-refused',
        { said },
        { message: `The changes do not apply to ${base.branch} at ${base.commit.slice(0, 12)}: ${said}`, cause: error },
      );
    });
}

const isAncestor = (folder: GitFolder, one: string, of: string): Promise<boolean> =>
  folder.run(['merge-base', '--is-ancestor', one, of]).then(
    () => true,
    () => false,
  );

const identities = ({ author, committer, at }: CommitAsked): Record<string, string> => ({
  GIT_AUTHOR_NAME: author.name,
  GIT_AUTHOR_EMAIL: author.email,
  GIT_AUTHOR_DATE: at.toISOString(),
  GIT_COMMITTER_NAME: committer.name,
  GIT_COMMITTER_EMAIL: committer.email,
  GIT_COMMITTER_DATE: at.toISOString(),
});

const treeOf = async (folder: GitFolder, commit: string): Promise<string> =>
  (await folder.run(['rev-parse', `${commit}^{tree}`])).trim();

async function refuseOthersWork(
  folder: GitFolder,
  tip: string,
  { committer, whenForeign }: CommitAsked,
): Promise<void> {
  // Not `show`: of a merge it would want the files, which are not here.
  const [email, subject] = (await folder.run(['log', '--max-count=1', '--format=%ce%n%s', tip])).split('\n');
  if (email !== committer.email) throw new ReeveError('git-refused', { said: subject, tip }, { message: whenForeign });
}

const workflows = '.github/workflows/';

/**
 * A commit with the diff on top of its base, or of what was published before; only in that folder.
 * @throws ReeveError git-refused: it does not apply, or the branch has other people's commits; task-has-no-diff
 */
export async function commitDiff(
  folder: GitFolder,
  opened: OpenedRepository,
  remote: Remote,
  asked: CommitAsked,
): Promise<MadeCommit> {
  const { base, tip, message } = asked;
  await fetchCommits(folder, remote, asked).catch((error: unknown) => {
    throw asRefusal(error, opened, `a fetch of ${opened.repository.name}`);
  });
  if (tip !== null) await refuseOthersWork(folder, tip, asked);
  const env = { GIT_INDEX_FILE: `${folder.path}/index-of-publish` };
  await folder.run(['read-tree', base.commit], { env, remote });
  await fetchFormer(folder, remote, asked, env);
  await apply(folder, remote, asked, env);
  // Files that did not change are not here.
  const tree = (await folder.run(['write-tree', '--missing-ok'], { env })).trim();
  const changed = await folder.run(['diff-tree', '-r', '-z', '--name-only', '--no-renames', base.commit, tree], {
    remote,
  });
  if (changed === '') throw new ReeveError('task-has-no-diff');
  const changesWorkflows = changed.split('\0').some((path) => path.startsWith(workflows));
  const comesFromBase = tip !== null && (await isAncestor(folder, base.commit, tip));
  if (tip !== null && comesFromBase && (await treeOf(folder, tip)) === tree) return { commit: tip, changesWorkflows };
  const parents = [...(tip === null ? [] : [tip]), ...(comesFromBase ? [] : [base.commit])];
  const commit = await folder.run(['commit-tree', tree, ...parents.flatMap((one) => ['-p', one]), '-F', '-'], {
    input: message.replaceAll('\0', ' '),
    env: identities(asked),
  });
  return { commit: commit.trim(), changesWorkflows };
}
