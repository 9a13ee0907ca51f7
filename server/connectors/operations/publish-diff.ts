import { Branch, type PullRequest } from '#contract/tasks.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { branchAt } from './branches.ts';
import { commitDiff, type MadeCommit, type Person } from './commit-diff.ts';
import { type GitCredential, withCredential } from './git-credential.ts';
import { type GitFolder, openGitFolder } from './git-folder.ts';
import { githubWith } from './github-as-token.ts';
import { cloneUrl, type OpenedRepository, openRepository, type RepositoryRef } from './open-repository.ts';
import { findAuthor, findLinkedAccount } from './place-queries.ts';
import { putPullRequest } from './pull-requests.ts';
import { pushCommit } from './push-commit.ts';

export interface PublishAsked extends RepositoryRef {
  memberId: string;
  base: { branch: string; commit: string };
  /** As git writes it, from `base.commit` to all that is to be there. */
  diff: string;
  /** To be made, or the one of `existing`. */
  branch: string;
  message: string;
  title: string;
  body: string;
  isDraft: boolean;
  /** What an earlier publication of the same task made. */
  existing: { number: number | null; branch: string } | null;
  /** Title and body of a pull request that exists are replaced too. */
  replacesWords?: boolean;
  /** Asked in the last moment before the push; whatever it throws ends everything. */
  mayPush?: () => Promise<void>;
}

export interface Published {
  /** Null: the git server has no pull requests; the branch is there. */
  number: number | null;
  url: string;
  branch: string;
  headSha: string;
  state: PullRequest['state'];
}

type PublishServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'log' | 'origin'>;

const commitName = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const maxDiff = 64 * 1024 * 1024;

function refuseOdd({ base, branch, diff }: PublishAsked): void {
  for (const name of [base.branch, branch])
    if (!Branch.safeParse(name).success)
      throw new ReeveError('bad-input', { branch: name }, { message: `${name} is no name of a branch.` });
  if (!commitName.test(base.commit)) throw new ReeveError('bad-input', {}, { message: 'The base is no commit.' });
  if (diff.length > maxDiff) throw new ReeveError('body-too-large', { maxBytes: maxDiff });
}

/** What git would take for the end of a name or of a line. */
const plain = (text: string): string => text.replaceAll(/[<>\p{Cc}]/gu, ' ').trim() || 'unknown';

const bots = new Map<string, number>();

/** GitHub shows an app's picture beside an address with its bot's number. */
async function botOf({ connection }: OpenedRepository, credential: GitCredential): Promise<Person> {
  const host = new URL(connection.base_url).hostname;
  const login = `${connection.app_slug}[bot]`;
  const id =
    bots.get(connection.id) ??
    (await githubWith({ connection }, credential)
      .request('GET /users/{username}', { username: login })
      .then(
        ({ data }) => data.id,
        () => null,
      ));
  if (id !== null) bots.set(connection.id, id);
  return { name: login, email: `${id === null ? '' : `${id}+`}${login}@users.noreply.${host}` };
}

interface People {
  author: Person;
  committer: Person;
  forWhom: string;
}

/** The member by the address that GitHub gives out for their account, so that theirs is told to nobody; elsewhere by their own. */
async function peopleOf(
  services: PublishServices,
  opened: OpenedRepository,
  asked: PublishAsked,
  credential: GitCredential,
): Promise<Omit<People, 'forWhom'>> {
  const { connection } = opened;
  const { workspaceId, memberId } = asked;
  const member = await findAuthor(services.db, workspaceId, memberId);
  if (!member) throw new ReeveError('not-found', { memberId });
  const name = plain(member.name);
  if (connection.kind === 'git') {
    const reeve = { name: 'Reeve', email: `reeve@${new URL(services.origin).hostname}` };
    return { author: { name, email: plain(member.email) }, committer: reeve };
  }
  const account = await findLinkedAccount(services.db, workspaceId, { memberId, connectionId: connection.id });
  if (!account) throw new ReeveError('git-account-needed', { connectionId: connection.id });
  const host = new URL(connection.base_url).hostname;
  const email = `${account.externalId}+${account.login}@users.noreply.${host}`;
  return { author: { name, email }, committer: await botOf(opened, credential) };
}

interface Work {
  folder: GitFolder;
  opened: OpenedRepository;
  asked: PublishAsked;
  forWhom: string;
}

async function makeCommit(
  services: PublishServices,
  { folder, opened, asked, forWhom }: Work,
): Promise<MadeCommit & { tip: string | null }> {
  const { base, diff, branch, message, existing } = asked;
  const url = cloneUrl(opened);
  return withCredential(services, opened, { operation: 'fetch', forWhom }, async (credential) => {
    const people = await peopleOf(services, opened, asked, credential);
    const tip = await branchAt(folder, opened, { credential, branch });
    const taken = `There is a branch ${branch} already. Choose another name.`;
    const isOurs = existing?.branch === branch;
    const whenForeign = isOurs
      ? `Somebody else pushed to ${branch} since. Publish to another branch, so that their work stays.`
      : taken;
    const commit = { base, diff, message, tip, whenForeign, at: services.clock(), ...people };
    const made = await commitDiff(folder, opened, { url, credential }, commit);
    // One of ours with just this in it: an earlier try that was cut off.
    if (tip !== null && !isOurs && made.commit !== tip)
      throw new ReeveError('git-refused', { branch, said: '' }, { message: taken });
    return { ...made, tip };
  });
}

async function push(
  services: PublishServices,
  { folder, opened, asked, forWhom }: Work,
  made: MadeCommit & { tip: string | null },
): Promise<void> {
  const { commit, changesWorkflows, tip } = made;
  if (commit === tip) return asked.mayPush?.();
  const operation = changesWorkflows ? 'push-workflows' : 'push';
  await withCredential(services, opened, { operation, forWhom }, async (credential) => {
    await asked.mayPush?.();
    await pushCommit(folder, opened, { url: cloneUrl(opened), credential }, { commit, branch: asked.branch, tip });
  });
}

/**
 * Brings a diff to the git server: a commit by the member on a branch, and a pull request. Whether the member may is asked before, with
 * `requireRepositoryAccess`. Safe to repeat after a failure: what is there already is found. Never by force; what protects branches there
 * is obeyed.
 * @throws ReeveError bad-input, not-found, repository-not-allowed, git-account-needed, task-has-no-diff, git-refused with the server's
 *   words in `details.said`, git-server-failed
 */
export async function publishDiff(services: PublishServices, asked: PublishAsked): Promise<Published> {
  refuseOdd(asked);
  const opened = await openRepository(services, asked);
  const { branch, base, title, body, isDraft, existing, replacesWords = false } = asked;
  const author = await findAuthor(services.db, asked.workspaceId, asked.memberId);
  const forWhom = `${author?.name ?? asked.memberId}: publish to ${branch}`;
  await using folder = await openGitFolder('publish');
  await folder.run(['init', '--quiet', '--bare', '--initial-branch=nothing', '.']);
  const work = { folder, opened, asked, forWhom };
  const made = await makeCommit(services, work);
  await push(services, work, made);
  if (opened.connection.kind === 'git')
    return { number: null, url: opened.repository.url, branch, headSha: made.commit, state: 'open' };
  const pull = await withCredential(services, opened, { operation: 'pull-request', forWhom }, (credential) =>
    putPullRequest(githubWith(opened, credential), opened, {
      branch,
      base: base.branch,
      title,
      body,
      isDraft,
      existingNumber: existing?.number ?? null,
      replacesWords,
    }),
  );
  return { number: pull.number, url: pull.url, branch, headSha: made.commit, state: pull.state };
}
