import { branchCommit, gitIn } from '../git-folder.ts';
import { type Account, isAtLeast, type Pull, type Repository, roleIn, type World } from '../world.ts';
import { nodeId, simpleUser } from './accounts.ts';
import { repositoryDocument, repositoryPage, repositoryUrl } from './repositories.ts';

export function associationOf(repository: Repository, account: Account): string {
  if (repository.owner.id === account.id) return 'OWNER';
  if (repository.owner.owners.has(account.login)) return 'MEMBER';
  return isAtLeast(roleIn(repository, account), 'write') ? 'COLLABORATOR' : 'NONE';
}

/** From where a pull request left its base to where it is now: counted by git. */
export async function comparePull({ folder }: Repository, { baseSha, headSha }: Pull) {
  const fork = (await gitIn(folder, ['merge-base', baseSha, headSha]).catch(() => baseSha)).trim();
  const numbers = await gitIn(folder, ['diff', '--numstat', '-z', '--no-renames', fork, headSha]);
  const rows = numbers
    .split('\0')
    .filter(Boolean)
    .map((row) => row.split('\t'));
  const sum = (column: number) => rows.reduce((total, row) => total + (Number(row[column]) || 0), 0);
  const commits = await gitIn(folder, ['rev-list', '--count', `${fork}..${headSha}`]);
  return { fork, additions: sum(0), deletions: sum(1), changedFiles: rows.length, commits: Number(commits) };
}

/** Does it go in? `merge-tree` of git itself. */
async function isMergeable({ folder }: Repository, { base, headSha, state }: Pull): Promise<boolean | null> {
  if (state === 'closed') return null;
  const into = await branchCommit(folder, base);
  if (!into) return null;
  return gitIn(folder, ['merge-tree', '--write-tree', into, headSha]).then(
    () => true,
    () => false,
  );
}

function side(world: World, repository: Repository, { branch, sha }: { branch: string; sha: string }) {
  return {
    label: `${repository.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: simpleUser(world, repository.owner),
    repo: repositoryDocument(world, repository),
  };
}

export function simplePullDocument(world: World, repository: Repository, pull: Pull) {
  const url = `${repositoryUrl(world, repository)}/pulls/${pull.number}`;
  const issue = `${repositoryUrl(world, repository)}/issues/${pull.number}`;
  const page = `${repositoryPage(world, repository)}/pull/${pull.number}`;
  const statuses = `${repositoryUrl(world, repository)}/statuses/${pull.headSha}`;
  const at = (date: Date | null | undefined) => date?.toISOString() ?? null;
  return {
    url,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(world, pull.author),
    body: pull.body,
    created_at: pull.createdAt.toISOString(),
    updated_at: pull.updatedAt.toISOString(),
    closed_at: at(pull.closedAt),
    merged_at: at(pull.merged?.at),
    merge_commit_sha: pull.merged?.commit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: pull.isDraft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    head: side(world, repository, { branch: pull.head, sha: pull.headSha }),
    base: side(world, repository, { branch: pull.base, sha: pull.baseSha }),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${repositoryUrl(world, repository)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: associationOf(repository, pull.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

export async function pullDocument(world: World, repository: Repository, pull: Pull) {
  const { additions, deletions, changedFiles, commits } = await comparePull(repository, pull);
  const mergeable = await isMergeable(repository, pull);
  return {
    ...simplePullDocument(world, repository, pull),
    merged: pull.merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    merged_by: pull.merged ? simpleUser(world, pull.merged.by) : null,
    comments: repository.comments.filter(({ issue }) => issue === pull.number).length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: false,
    commits,
    additions,
    deletions,
    changed_files: changedFiles,
  };
}

const statusOf = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied', T: 'changed' } as const;

/** What the list of files says: each with the hunks that git makes. */
export async function pullFiles(world: World, repository: Repository, pull: Pull) {
  const { folder } = repository;
  const { fork } = await comparePull(repository, pull);
  const listed = await gitIn(folder, ['diff', '--raw', '-z', '--find-renames', '--abbrev=40', fork, pull.headSha]);
  const parts = listed.split('\0').filter(Boolean);
  const files = [];
  for (let at = 0; at < parts.length; ) {
    const [, , , sha = '', letter = ''] = (parts[at] ?? '').split(' ');
    const isMoved = letter.startsWith('R') || letter.startsWith('C');
    const former = isMoved ? (parts[at + 1] ?? '') : null;
    const name = parts[at + (isMoved ? 2 : 1)] ?? '';
    at += isMoved ? 3 : 2;
    const paths = former === null ? [name] : [former, name];
    const patch = await gitIn(folder, ['diff', '--find-renames', fork, pull.headSha, '--', ...paths]);
    const hunks = /^@@ [\s\S]*/m.exec(patch)?.[0].trimEnd();
    const lines = hunks?.split('\n') ?? [];
    const additions = lines.filter((line) => line.startsWith('+')).length;
    const deletions = lines.filter((line) => line.startsWith('-')).length;
    const file = encodeURI(name);
    files.push({
      sha,
      filename: name,
      status: statusOf[letter[0] as keyof typeof statusOf],
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${repositoryPage(world, repository)}/blob/${pull.headSha}/${file}`,
      raw_url: `${repositoryPage(world, repository)}/raw/${pull.headSha}/${file}`,
      contents_url: `${repositoryUrl(world, repository)}/contents/${file}?ref=${pull.headSha}`,
      ...(hunks && { patch: hunks }),
      ...(former !== null && { previous_filename: former }),
    });
  }
  return files;
}

export const pullDiff = async (repository: Repository, pull: Pull): Promise<string> =>
  gitIn(repository.folder, ['diff', (await comparePull(repository, pull)).fork, pull.headSha]);
