import type { Simulation } from './api/routes.ts';
import { pullDocument } from './documents/pulls.ts';
import { repositoryDocument } from './documents/repositories.ts';
import { branchCommit, gitIn, signedBy } from './git-folder.ts';
import { Refusal } from './tokens.ts';
import { isHeard } from './webhooks.ts';
import { type Account, type Pull, type Repository, requireAccount } from './world.ts';

interface PullEvent {
  action: string;
  sender: Account;
  more?: Record<string, unknown>;
}

export async function sendPull(
  { world, hooks }: Simulation,
  repository: Repository,
  pull: Pull,
  { action, sender, more = {} }: PullEvent,
): Promise<void> {
  if (!isHeard(world)) return;
  const document = await pullDocument(world, repository, pull);
  await hooks.send({
    event: 'pull_request',
    action,
    repository,
    sender,
    payload: {
      number: pull.number,
      pull_request: document,
      repository: repositoryDocument(world, repository),
      ...more,
    },
  });
}

export interface NewPull {
  title: string;
  body: string | null;
  head: string;
  base: string;
  isDraft: boolean;
  author: Account;
}

const invalid = (field: string, message?: string) =>
  new Refusal(422, 'Validation Failed', {
    errors: [
      message
        ? { resource: 'PullRequest', code: 'custom', message }
        : { resource: 'PullRequest', field, code: 'invalid' },
    ],
  });

/** @throws Refusal 422 as GitHub does: unknown branches, no commits between, one that is open already */
export async function openPull(simulation: Simulation, repository: Repository, asked: NewPull): Promise<Pull> {
  const { world } = simulation;
  const head = asked.head.includes(':') ? (asked.head.split(':')[1] ?? '') : asked.head;
  const headSha = await branchCommit(repository.folder, head);
  const baseSha = await branchCommit(repository.folder, asked.base);
  if (!headSha) throw invalid('head');
  if (!baseSha) throw invalid('base');
  const isOpen = [...repository.pulls.values()].some(
    (one) => one.state === 'open' && one.head === head && one.base === asked.base,
  );
  if (isOpen) throw invalid('head', `A pull request already exists for ${repository.owner.login}:${head}.`);
  const ahead = await gitIn(repository.folder, ['rev-list', '--count', `${baseSha}..${headSha}`]);
  if (Number(ahead) === 0) throw invalid('head', `No commits between ${asked.base} and ${head}`);
  const at = world.now();
  repository.lastNumber += 1;
  const pull: Pull = {
    id: world.nextId(),
    number: repository.lastNumber,
    title: asked.title,
    body: asked.body,
    author: asked.author,
    head,
    base: asked.base,
    headSha,
    baseSha,
    state: 'open',
    isDraft: asked.isDraft,
    merged: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    reviews: [],
    reviewComments: [],
  };
  repository.pulls.set(pull.number, pull);
  await sendPull(simulation, repository, pull, { action: 'opened', sender: asked.author });
  return pull;
}

export function requirePull(repository: Repository, number: number): Pull {
  const pull = repository.pulls.get(number);
  if (!pull) throw new Refusal(404, 'Not Found');
  return pull;
}

async function mergeInto(repository: Repository, pull: Pull, by: Account, at: Date): Promise<string> {
  const { folder } = repository;
  const into = (await branchCommit(folder, pull.base)) ?? pull.baseSha;
  const tree = await gitIn(folder, ['merge-tree', '--write-tree', into, pull.headSha]).catch(() => {
    throw new Refusal(405, 'Pull Request is not mergeable');
  });
  const message = `Merge pull request #${pull.number} from ${repository.owner.login}/${pull.head}\n\n${pull.title}`;
  const person = { name: by.name, email: by.email ?? `${by.login}@example.com` };
  const commit = await gitIn(folder, ['commit-tree', tree.trim(), '-p', into, '-p', pull.headSha, '-m', message], {
    env: signedBy(person, at),
  });
  await gitIn(folder, ['update-ref', `refs/heads/${pull.base}`, commit.trim()]);
  return commit.trim();
}

/** Merges it or closes it, and tells so. */
export async function endPull(
  simulation: Simulation,
  repository: Repository,
  { number, by, isMerge }: { number: number; by: string; isMerge: boolean },
): Promise<Pull> {
  const { world } = simulation;
  const pull = requirePull(repository, number);
  const sender = requireAccount(world, by);
  const at = world.now();
  if (isMerge) pull.merged = { at, by: sender, commit: await mergeInto(repository, pull, sender, at) };
  pull.state = 'closed';
  pull.closedAt = at;
  pull.updatedAt = at;
  await sendPull(simulation, repository, pull, { action: 'closed', sender });
  return pull;
}
