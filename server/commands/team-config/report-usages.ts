import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { type ConnectionOptions, callReeve, readConnection } from '#server/commands/policies/connect.ts';
import { Refused } from '#server/refused.ts';
import { type FoundBundle, findBundles, type Project } from '#server/team-config/index.ts';
import { teamConfigExitCodes } from './exit-codes.ts';
import { neverAsFindings } from './fetch-policy.ts';

const run = promisify(execFile);

const git = (root: string, args: readonly string[]): Promise<string | null> =>
  run('git', ['-C', root, ...args], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );

function partsOf(remote: string): [host: string, path: string] {
  if (!remote.includes('://')) {
    const scp = /^(?:[^@/]+@)?([^:/]+):(.+)$/.exec(remote);
    return scp ? [scp[1] ?? '', scp[2] ?? ''] : ['', remote];
  }
  if (!URL.canParse(remote)) return ['', ''];
  const { protocol, host, hostname, pathname } = new URL(remote);
  // The port of ssh says nothing about which repository it is: https reaches the same one elsewhere.
  return [protocol === 'ssh:' ? hostname : host, decodeURIComponent(pathname)];
}

/** `github.com/acme/shop` of any address git takes: without scheme, credentials and `.git`. */
export function nameRepository(remote: string): string {
  const [host, path] = partsOf(remote);
  const tidy = path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return host === '' ? tidy : `${host.toLowerCase()}/${tidy}`;
}

export interface ReportedUsages {
  repository: string;
  folders: number;
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
      {
        exitCode: teamConfigExitCodes.badUse,
      },
    );
  const commit = await git(root, ['rev-parse', 'HEAD']);
  const api = callReeve(await readConnection(options, command, 'team-config.read'));
  const found = findBundles(project).flatMap(({ bundle }) => (bundle ? [bundle] : []));
  const byFolder = Map.groupBy<string, FoundBundle>(found, ({ folder }) => folder);
  // A repository without bundles says so too: what it said before is replaced.
  if (byFolder.size === 0) byFolder.set('', []);
  const repository = nameRepository(remote);
  for (const [folder, bundles] of byFolder) {
    const listed = bundles.map(({ marker: { slug, version }, sha256 }) => ({ slug, version, sha256 }));
    await api.teamConfig.report({ repository, folder, commit, bundles: listed }).catch(neverAsFindings);
  }
  return { repository, folders: byFolder.size, bundles: found.length };
}
