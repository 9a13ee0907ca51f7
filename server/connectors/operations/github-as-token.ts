import { setTimeout } from 'node:timers/promises';
import { type Octokit, RequestError } from 'octokit';
import { githubAs } from '../github/open-app.ts';
import type { GitCredential } from './git-credential.ts';
import type { OpenedRepository } from './open-repository.ts';

/** A new token is not known at once on every machine of GitHub's: so long a 401 may be a mistake. */
const settlesMs = 5_000;
const firstPauseMs = 250;

/** GitHub's API with a token that was just made. */
export function githubWith({ connection }: Pick<OpenedRepository, 'connection'>, { token }: GitCredential): Octokit {
  const github = githubAs(connection.api_url ?? '', token);
  const until = performance.now() + settlesMs;
  github.hook.wrap('request', async (request, options) => {
    for (let pause = firstPauseMs; ; pause *= 2) {
      try {
        return await request(options);
      } catch (error) {
        const isYoung = performance.now() + pause < until;
        if (!(error instanceof RequestError) || error.status !== 401 || !isYoung) throw error;
        await setTimeout(pause);
      }
    }
  });
  return github;
}
