import { ReeveError } from '#server/fail.ts';
import { asRefusal } from './branches.ts';
import type { GitFolder } from './git-folder.ts';
import { GitFailed, type Remote } from './isolated-git.ts';
import type { OpenedRepository } from './open-repository.ts';

/**
 * Only onto what was seen before, never by force.
 * @throws ReeveError git-refused with the server's words
 */
export async function pushCommit(
  folder: GitFolder,
  opened: OpenedRepository,
  remote: Remote,
  { commit, branch, tip }: { commit: string; branch: string; tip: string | null },
): Promise<void> {
  const name = `refs/heads/${branch}`;
  const args = [
    'push',
    '--porcelain',
    '--no-verify',
    `--force-with-lease=${name}:${tip ?? ''}`,
    'origin',
    `${commit}:${name}`,
  ];
  await folder.run(args, { remote }).catch((error: unknown) => {
    if (!(error instanceof GitFailed) || !/stale info|fetch first|non-fast-forward/.test(error.output))
      throw asRefusal(error, opened, `a push to ${branch} of ${opened.repository.name}`);
    throw new ReeveError(
      'git-refused',
      { said: 'stale info' },
      { message: `The branch ${branch} was changed at this moment. Try again.`, cause: error },
    );
  });
}
