import { spawn } from 'node:child_process';
import { endGroup } from '../end-group.ts';

export interface GitPlace {
  gitDir: string;
  workTree?: string;
  indexFile?: string;
  /** Ends git, whatever it waits for. */
  signal?: AbortSignal;
}

export interface GitOptions extends Partial<GitPlace> {
  /** Settings of this run; they win over the folder's. Several values of one name are all in effect. */
  settings?: Readonly<Record<string, string | readonly string[]>>;
  input?: string | Uint8Array;
  /** More output than this ends git and rejects with `GitTooMuch`. */
  mostBytes?: number;
}

/** git ended with an error; the message is what it said. */
export class GitFailed extends Error {
  readonly exitCode: number | null;
  constructor(args: readonly string[], exitCode: number | null, said: string) {
    super(`git ${args[0]} ended with ${exitCode}: ${said.trim().slice(-1500)}`);
    this.name = 'GitFailed';
    this.exitCode = exitCode;
  }
}

export class GitTooMuch extends Error {
  override name = 'GitTooMuch';
}

/**
 * What git may do here, whatever the folder it works on says: no program is started (hooks, filters, file-system monitors, editors,
 * credential helpers), and nothing is fetched but by HTTP.
 */
const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.symlinks': 'true',
  'core.fileMode': 'true',
  'core.autocrlf': 'false',
  'core.longPaths': 'true',
  'credential.helper': '',
  'diff.external': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'protocol.allow': 'never',
  'protocol.https.allow': 'always',
  'protocol.http.allow': 'always',
  'http.followRedirects': 'false',
  'advice.detachedHead': 'false',
  'init.defaultBranch': 'main',
};

function environment({ gitDir, workTree, indexFile, settings: more = {} }: GitOptions): Record<string, string> {
  const all = Object.entries({ ...settings, ...more }).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one]),
  );
  // By environment and not by argument: other users of this machine can read arguments.
  const counted = all.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key ?? ''],
    [`GIT_CONFIG_VALUE_${at}`, value ?? ''],
  ]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(counted),
    ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }),
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
    ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
  };
}

/**
 * Runs git to its end with a configuration of ours alone.
 * @returns its standard output
 * @throws GitFailed, GitTooMuch; the signal's reason, once nothing of git runs any more
 */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { input, signal, mostBytes = 64 * 1024 * 1024 } = options;
  signal?.throwIfAborted();
  // Files of the check-out belong to the container's user, but are made by this process, whose own files nobody else may read.
  const child = spawn('/bin/sh', ['-c', 'umask 022; exec git "$@"', 'git', ...args], {
    cwd: options.workTree ?? '/',
    env: environment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that the programs that git starts end with it: they hold its locks and would go on fetching.
    detached: true,
  });
  const end = () => endGroup(child.pid);
  signal?.addEventListener('abort', end, { once: true });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) end();
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-16_384);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  const exitCode = await promise.finally(() => signal?.removeEventListener('abort', end));
  signal?.throwIfAborted();
  if (bytes > mostBytes) throw new GitTooMuch(`git ${args[0]} wrote more than ${mostBytes} bytes`);
  if (exitCode !== 0) throw new GitFailed(args, exitCode, said);
  return Buffer.concat(chunks);
}

/** Output of git with `-z`. */
export const splitZero = (output: Buffer): string[] => output.toString('utf8').split('\0').filter(Boolean);
