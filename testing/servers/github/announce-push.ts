import type { Simulation } from './api/routes.ts';
import { publicUser } from './documents/accounts.ts';
import { pushedCommit } from './documents/commits.ts';
import { repositoryDocument, repositoryPage } from './documents/repositories.ts';
import { gitIn } from './git-folder.ts';
import type { PushedReference } from './git-http.ts';
import { sendPull } from './pulls.ts';
import { isHeard } from './webhooks.ts';
import { type Account, findAccount, type Repository } from './world.ts';

const nothing = '0'.repeat(40);
const mostCommits = 20;

async function newCommits({ folder }: Repository, { before, after, name }: PushedReference): Promise<string[]> {
  if (after === nothing) return [];
  const others = (await gitIn(folder, ['for-each-ref', '--format=%(refname)', 'refs/heads']))
    .split('\n')
    .filter((one) => one !== '' && one !== name);
  const not = before === nothing ? others : [before];
  const listed = await gitIn(folder, ['rev-list', '--reverse', after, ...(not.length > 0 ? ['--not', ...not] : [])]);
  return listed.split('\n').filter(Boolean).slice(-mostCommits);
}

async function pushPayload({ world }: Simulation, repository: Repository, reference: PushedReference, pusher: Account) {
  const { before, after, name } = reference;
  const commits = [];
  for (const commit of await newCommits(repository, reference))
    commits.push(await pushedCommit(world, repository, commit));
  const document = repositoryDocument(world, repository);
  return {
    ref: name,
    before,
    after,
    created: before === nothing,
    deleted: after === nothing,
    forced: false,
    base_ref: null,
    compare: `${repositoryPage(world, repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: after === nothing ? null : await pushedCommit(world, repository, after),
    // GitHub's times are numbers here, and the owner has a name and an address.
    repository: {
      ...document,
      owner: { ...document.owner, name: repository.owner.login, email: repository.owner.email },
      created_at: Math.floor(repository.createdAt.getTime() / 1000),
      pushed_at: Math.floor(repository.pushedAt.getTime() / 1000),
      stargazers: 0,
      master_branch: repository.defaultBranch,
    },
    pusher: { name: pusher.login, email: publicUser(world, pusher).email },
  };
}

/** What a push sets off: its own event, and what it means for pull requests from that branch. */
export async function announcePush(
  simulation: Simulation,
  { repository, by, references }: { repository: Repository; by: string; references: PushedReference[] },
): Promise<void> {
  const { world, hooks } = simulation;
  repository.pushedAt = world.now();
  const sender = findAccount(world, by) ?? repository.owner;
  for (const reference of references) {
    if (isHeard(world)) {
      const payload = await pushPayload(simulation, repository, reference, sender);
      await hooks.send({ event: 'push', repository, sender, payload });
    }
    const branch = reference.name.replace(/^refs\/heads\//, '');
    for (const pull of repository.pulls.values()) {
      if (pull.state !== 'open' || pull.head !== branch || reference.after === nothing) continue;
      pull.headSha = reference.after;
      pull.updatedAt = world.now();
      const moved = { before: reference.before, after: reference.after };
      await sendPull(simulation, repository, pull, { action: 'synchronize', sender, more: moved });
    }
  }
}
