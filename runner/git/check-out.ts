import { appendFile, copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from './fetch-source.ts';
import { removePipes } from './real-folder.ts';
import { GitFailed, type GitPlace, runGit } from './run-git.ts';

/** With the runner's own list of what it put there. */
export type WorkPlace = GitPlace & { indexFile: string };

export interface CheckOutOptions {
  source: Source;
  /** The runner's own list of what it put there. */
  indexFile: string;
  /** The repository's folder in the workspace; checked to be a folder, no container runs. */
  workTree: string;
  /** The commit that the folder holds already, with what set-up did to it. */
  cachedCommit: string | null;
  signal: AbortSignal;
}

/**
 * Makes the folder hold the commit: tracked files are as committed, what set-up added beside them stays.
 * @returns where the runner looks at it from now on
 */
export async function checkOut(options: CheckOutOptions): Promise<WorkPlace> {
  const { source, indexFile, workTree, cachedCommit, signal } = options;
  const place = { gitDir: source.gitDir, workTree, indexFile };
  // What a container left as its own git folder is never read.
  await rm(join(workTree, '.git'), { recursive: true, force: true });
  await removePipes(workTree, signal);
  await rm(indexFile, { force: true });
  if (cachedCommit !== null) await runGit(['read-tree', cachedCommit], { ...place, signal });
  await runGit(['read-tree', '--reset', '-u', source.commit], { ...place, signal });
  return place;
}

interface AgentGit {
  source: Source;
  workTree: string;
  /** A folder on the same disk. */
  scratch: string;
  branch: string;
  remoteUrl: string;
  signal: AbortSignal;
}

/** As git reads it in a configuration. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;

const configFor = ({ branch, remoteUrl }: Pick<AgentGit, 'branch' | 'remoteUrl'>): string => `[core]
\tbare = false
[remote "origin"]
\turl = ${quoted(remoteUrl)}
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch ${quoted(branch)}]
\tremote = origin
\tmerge = ${quoted(`refs/heads/${branch}`)}
[user]
\tname = Codex
\temail = codex@localhost
`;

/**
 * A git folder for the agent, made outside and moved in: some history, the branch, and an `origin` that does not answer. The files are to
 * be whose they stay: git knows unchanged ones by their owner, too. Each task waits for this, so git is started as seldom as can be.
 */
export async function giveGitFolder({ source, workTree, scratch, branch, remoteUrl, signal }: AgentGit): Promise<void> {
  const gitDir = join(scratch, 'agent.git');
  await rm(gitDir, { recursive: true, force: true });
  await runGit(['init', '--quiet', '--bare', gitDir]);
  const local = { 'protocol.file.allow': 'always' };
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--depth=50', `file://${source.store}`];
  const to = [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`].map((ref) => `+${source.ref}:${ref}`);
  await runGit([...fetch, ...to], { gitDir, settings: local, signal });
  await appendFile(join(gitDir, 'config'), configFor({ branch, remoteUrl }));
  await writeFile(join(gitDir, 'HEAD'), `ref: refs/heads/${branch}\n`);
  const inPlace = join(workTree, '.git');
  await rename(gitDir, inPlace);
  await runGit(['read-tree', source.commit], { gitDir: inPlace, workTree, signal });
  // Ends with 1 where set-up changed something, which is no failure.
  await runGit(['update-index', '-q', '--refresh'], { gitDir: inPlace, workTree, signal }).catch((error: unknown) => {
    if (!(error instanceof GitFailed && error.exitCode === 1)) throw error;
  });
}

/**
 * Changes that the task begins with. They are applied to a list of files alone, and what that list says is then checked out: applied to a
 * folder, git writes through links that are in no list, such as one that set-up left there, to wherever they lead on this machine.
 * @throws GitFailed when they do not apply
 */
export async function applyStartingDiff(place: WorkPlace, diff: Uint8Array, signal: AbortSignal): Promise<void> {
  const changed = { ...place, indexFile: `${place.indexFile}.changed`, signal };
  try {
    await copyFile(place.indexFile, changed.indexFile);
    await runGit(['apply', '--cached', '--whitespace=nowarn', '-'], { ...changed, input: diff });
    const tree = (await runGit(['write-tree'], changed)).toString().trim();
    await runGit(['read-tree', '--reset', '-u', tree], { ...place, signal });
  } finally {
    await rm(changed.indexFile, { force: true });
  }
}
