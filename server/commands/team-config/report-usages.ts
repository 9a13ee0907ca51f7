import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { type ConnectionOptions, callReeve, readConnection } from '#server/commands/policies/connect.ts';
import { Refused } from '#server/refused.ts';
import { type FoundBundle, findBundles, type Project, repositoryName } from '#server/team-config/index.ts';
import { teamConfigExitCodes } from './exit-codes.ts';

const run = promisify(execFile);

const git = (root: string, args: readonly string[]): Promise<string | null> =>
  run('git', ['-C', root, ...args], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );

/** By the rules of the library, so that every address of a repository is one name. @throws Refused */
function nameRepository(remote: string): string {
  try {
    return repositoryName(remote);
  } catch (cause) {
    throw new Refused(
      '--report: the remote `origin` is no address of a repository on a server, so Reeve would not know which one it is. Set it with `git remote set-url origin https://…`.',
      { cause },
    );
  }
}

export interface ReportedUsages {
  repository: string;
  bundles: number;
}

/** Tells Reeve which bundles a repository has, and whether their files are still those of a version. */
export async function reportUsages(
  { root, project }: { root: string; project: Project },
  options: ConnectionOptions,
  command: Command,
): Promise<ReportedUsages> {
  // As it is written down: `remote get-url` would apply rewrites that one machine has for itself.
  const remote = await git(root, ['config', '--get', 'remote.origin.url']);
  if (remote === null)
    throw new Refused(
      '--report: this is no git repository with a remote `origin`, so Reeve would not know which one it is.',
      { exitCode: teamConfigExitCodes.badUse },
    );
  const repository = nameRepository(remote);
  const commit = await git(root, ['rev-parse', 'HEAD']);
  const api = callReeve(await readConnection(options, command, 'team-config.read'));
  const found = findBundles(project).flatMap(({ bundle }) => (bundle ? [bundle] : []));
  // All folders at once: what the repository said before, of folders that are gone too, is replaced.
  const folders = [...Map.groupBy<string, FoundBundle>(found, ({ folder }) => folder)].map(([folder, bundles]) => ({
    folder,
    bundles: bundles.map(({ marker: { slug, version }, sha256 }) => ({ slug, version, sha256 })),
  }));
  await api.teamConfig.report({ repository, commit, folders });
  return { repository, bundles: found.length };
}
