import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { programPath } from '#server/config.ts';
import { ReeveError } from '#server/fail.ts';

/** Nothing of this machine or of a person decides what git does here: no configuration, no hooks, no question. */
const environment = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_COUNT: '4',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'core.hooksPath',
  GIT_CONFIG_VALUE_1: '/dev/null',
  GIT_CONFIG_KEY_2: 'gc.auto',
  GIT_CONFIG_VALUE_2: '0',
  GIT_CONFIG_KEY_3: 'uploadpack.allowFilter',
  GIT_CONFIG_VALUE_3: 'true',
  LC_ALL: 'C',
};

interface GitOptions {
  cwd: string;
  /** Of the protocol: what the client says in `Git-Protocol`. */
  protocol?: string | undefined;
  signal?: AbortSignal;
}

export function spawnGit(args: readonly string[], { cwd, protocol, signal }: GitOptions): ChildProcess {
  const options: SpawnOptions = {
    cwd,
    env: { PATH: programPath(), HOME: cwd, ...environment, ...(protocol !== undefined && { GIT_PROTOCOL: protocol }) },
    stdio: ['pipe', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  };
  return spawn('git', args, options);
}

type Input = string | AsyncIterable<Uint8Array>;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';

export const gitMissing = () =>
  new ReeveError(
    'not-supported',
    {},
    {
      message:
        'This Reeve cannot serve bundles by git, because the program git is not installed on the server. Install it, or fetch the bundle as a tar.',
    },
  );

const timeLimitMs = 60_000;

/**
 * Runs git to its end.
 * @throws ReeveError not-supported where git is not installed; Error with what it said when it fails
 */
export async function runGit(
  args: readonly string[],
  { cwd, input = '' }: { cwd: string; input?: Input },
): Promise<string> {
  const child = spawnGit(args, { cwd, signal: AbortSignal.timeout(timeLimitMs) });
  const said: string[] = [];
  let output = '';
  child.stderr?.on('data', (chunk) => said.push(String(chunk).slice(0, 2_000)));
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const [[code], cause] = await Promise.all([once(child, 'close'), feed(child, input)]).catch((error: unknown) => {
    throw isMissing(error) ? gitMissing() : error;
  });
  if (code === 0) return output;
  throw new Error(`git ${args[0]} ended with ${code}: ${said.join('').trim()}`, { cause });
}

/** @returns why not all of it was read: what is read from failed, or the program ended before, whose own words say more. */
async function feed({ stdin }: ChildProcess, input: Input): Promise<unknown> {
  if (!stdin) return null;
  return pipeline(typeof input === 'string' ? [input] : input, stdin).then(
    () => null,
    (error: unknown) => error,
  );
}
