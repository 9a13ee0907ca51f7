import { type Octokit, RequestError } from 'octokit';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { asGitServerError } from '../github/open-app.ts';
import { withCredential } from './git-credential.ts';
import { githubWith } from './github-as-token.ts';
import { hostOf, type OpenedRepository, openRepository, ownerAndName, type RepositoryRef } from './open-repository.ts';

export interface PullRequestFacts {
  number: number;
  url: string;
  title: string;
  branch: string;
  base: string;
  headSha: string;
  state: 'open' | 'closed' | 'merged';
  isDraft: boolean;
  /** Null: the git server has not worked it out yet. */
  isMergeable: boolean | null;
  updatedAt: Date;
}

interface GithubPull {
  number: number;
  html_url: string;
  title: string;
  state: string;
  draft?: boolean | undefined;
  merged_at: string | null;
  mergeable?: boolean | null | undefined;
  updated_at: string;
  head: { ref: string; sha: string };
  base: { ref: string };
}

const factsOf = (pull: GithubPull): PullRequestFacts => ({
  number: pull.number,
  url: pull.html_url,
  title: pull.title,
  branch: pull.head.ref,
  base: pull.base.ref,
  headSha: pull.head.sha,
  state: pull.merged_at !== null ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
  isDraft: pull.draft ?? false,
  isMergeable: pull.mergeable ?? null,
  updatedAt: new Date(pull.updated_at),
});

export interface PullRequestAsked {
  branch: string;
  base: string;
  title: string;
  body: string;
  isDraft: boolean;
  existingNumber: number | null;
  /** Also of one that exists: whoever reviews may have written there since. */
  replacesWords: boolean;
}

/** GitHub's validation says more than “Validation Failed”. */
function saidBy({ message, response }: RequestError): string {
  const { errors = [] } = (response?.data ?? {}) as { errors?: { message?: string }[] };
  return errors.map(({ message: one }) => one).find(Boolean) ?? message;
}

function explain(error: unknown, opened: OpenedRepository, { branch }: PullRequestAsked): unknown {
  if (!(error instanceof RequestError) || !error.response || error.status >= 500)
    return asGitServerError(error, opened.connection);
  const said = saidBy(error);
  return new ReeveError(
    'git-refused',
    { said, branch },
    {
      message: `The branch ${branch} was pushed, but ${hostOf(opened)} refused the pull request: ${said}`,
      cause: error,
    },
  );
}

async function findOpen(
  github: Octokit,
  opened: OpenedRepository,
  { branch, base }: PullRequestAsked,
): Promise<GithubPull | undefined> {
  const { owner, repo } = ownerAndName(opened);
  const { data } = await github.request('GET /repos/{owner}/{repo}/pulls', {
    owner,
    repo,
    state: 'open',
    head: `${owner}:${branch}`,
    base,
  });
  return data[0];
}

async function findNumbered(
  github: Octokit,
  opened: OpenedRepository,
  { existingNumber }: PullRequestAsked,
): Promise<GithubPull | null> {
  if (existingNumber === null) return null;
  const place = { ...ownerAndName(opened), pull_number: existingNumber };
  const { data } = await github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', place);
  return data.state === 'open' ? data : null;
}

async function bringUp(github: Octokit, opened: OpenedRepository, asked: PullRequestAsked): Promise<GithubPull | null> {
  const there = (await findNumbered(github, opened, asked)) ?? (await findOpen(github, opened, asked));
  if (!there || !asked.replacesWords) return there ?? null;
  const { title, body } = asked;
  const place = { ...ownerAndName(opened), pull_number: there.number };
  return (await github.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { ...place, title, body })).data;
}

/** Opens one, or finds the one that is there; a closed one is followed by a new one. Safe to repeat. */
export async function putPullRequest(
  github: Octokit,
  opened: OpenedRepository,
  asked: PullRequestAsked,
): Promise<PullRequestFacts> {
  const { branch, base, title, body, isDraft } = asked;
  try {
    const there = await bringUp(github, opened, asked);
    if (there) return factsOf(there);
    const { data } = await github.request('POST /repos/{owner}/{repo}/pulls', {
      ...ownerAndName(opened),
      title,
      body,
      head: branch,
      base,
      draft: isDraft,
    });
    return factsOf(data);
  } catch (error) {
    throw explain(error, opened, asked);
  }
}

/**
 * Where a pull request stands now.
 * @throws ReeveError not-found: there is none, also at a git server without pull requests; repository-not-allowed, git-server-failed
 */
export async function readPullRequest(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>,
  asked: RepositoryRef & { number: number; forWhom: string },
): Promise<PullRequestFacts> {
  const opened = await openRepository(services, asked);
  const { number, forWhom } = asked;
  if (opened.connection.kind === 'git') throw new ReeveError('not-found', { number });
  return withCredential(services, opened, { operation: 'read-pull-request', forWhom }, async (credential) => {
    const github = githubWith(opened, credential);
    const place = { ...ownerAndName(opened), pull_number: number };
    const { data } = await github
      .request('GET /repos/{owner}/{repo}/pulls/{pull_number}', place)
      .catch((error: unknown) => {
        if (error instanceof RequestError && error.status === 404) throw new ReeveError('not-found', { number });
        throw asGitServerError(error, opened.connection);
      });
    return factsOf(data);
  });
}
