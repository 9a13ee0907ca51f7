import { gitIn } from '../git-folder.ts';
import type { Account, Repository, World } from '../world.ts';
import { nodeId, simpleUser } from './accounts.ts';
import { repositoryPage, repositoryUrl } from './repositories.ts';

export interface CommitFacts {
  sha: string;
  tree: string;
  parents: string[];
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
  message: string;
}

const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

export async function readCommit(folder: string, commit: string): Promise<CommitFacts> {
  const text = await gitIn(folder, ['show', '--no-patch', `--format=${format}`, commit]);
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] =
    text.split('\0');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: message.trimEnd(),
  };
}

/** Whose address it is: of an account, or the one GitHub gives out for not telling (`ID+login@users.noreply.HOST`). */
export function accountOfEmail(world: World, email: string): Account | null {
  const [, id] = /^(\d+)\+.*@users\.noreply\./.exec(email) ?? [];
  return [...world.accounts.values()].find((one) => (id ? String(one.id) === id : one.email === email)) ?? null;
}

export async function commitDocument(world: World, repository: Repository, commit: string) {
  const facts = await readCommit(repository.folder, commit);
  const url = repositoryUrl(world, repository);
  const [author, committer] = [facts.author, facts.committer].map(({ email }) => accountOfEmail(world, email));
  return {
    url: `${url}/commits/${facts.sha}`,
    sha: facts.sha,
    node_id: nodeId('C', repository.id) + facts.sha.slice(0, 12),
    html_url: `${repositoryPage(world, repository)}/commit/${facts.sha}`,
    comments_url: `${url}/commits/${facts.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${facts.sha}`,
      author: facts.author,
      committer: facts.committer,
      message: facts.message,
      tree: { sha: facts.tree, url: `${url}/git/trees/${facts.tree}` },
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    author: author ? simpleUser(world, author) : null,
    committer: committer ? simpleUser(world, committer) : null,
    parents: facts.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${repositoryPage(world, repository)}/commit/${sha}`,
    })),
  };
}

const touched = { A: 'added', D: 'removed' } as const;

/** A commit as a push says it. */
export async function pushedCommit(world: World, repository: Repository, commit: string) {
  const facts = await readCommit(repository.folder, commit);
  const listed = await gitIn(repository.folder, [
    'diff-tree',
    '--root',
    '-r',
    '--no-commit-id',
    '--name-status',
    '-z',
    commit,
  ]);
  const lists = { added: [] as string[], removed: [] as string[], modified: [] as string[] };
  const parts = listed.split('\0');
  for (let at = 0; at + 1 < parts.length; at += 2)
    lists[touched[parts[at] as 'A' | 'D'] ?? 'modified'].push(parts[at + 1] ?? '');
  const person = ({ name, email, date }: CommitFacts['author']) => {
    const account = accountOfEmail(world, email);
    return { name, email, date, ...(account && { username: account.login }) };
  };
  return {
    id: facts.sha,
    tree_id: facts.tree,
    distinct: true,
    message: facts.message,
    timestamp: facts.committer.date,
    url: `${repositoryPage(world, repository)}/commit/${facts.sha}`,
    author: person(facts.author),
    committer: person(facts.committer),
    ...lists,
  };
}
