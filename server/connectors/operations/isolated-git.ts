import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { programPath } from '#server/config.ts';
import { ReeveError } from '#server/fail.ts';
import { guardedLookup, refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';
import type { GitCredential } from './git-credential.ts';

/** git, in a folder that is its own and goes with it: no configuration, hooks or questions of this machine or of a person. */

/** In the folder: the authorities that are trusted. */
export const authoritiesFile = 'authorities.pem';

/** Where git connects to, and as whom: `origin` for git. */
export interface Remote {
  url: string;
  credential: GitCredential;
}

export interface RunOptions {
  input?: string | Buffer;
  remote?: Remote;
  env?: Record<string, string>;
}

/** git ended with an error. `said` is what it told people. */
export class GitFailed extends Error {
  readonly said: string;
  readonly output: string;
  constructor(command: string, code: number | null, { said, output }: { said: string; output: string }) {
    super(`git ${command} ended with ${code}: ${said.trim().slice(0, 500)}`);
    this.name = 'GitFailed';
    this.said = said;
    this.output = output;
  }
}

const maxOutput = 64 * 1024 * 1024;
const maxSaid = 64 * 1024;
/** A few bytes of a binary diff can ask for any amount of memory. */
const memory = { oneBlock: '256m', wholeKilobytes: 4 * 1024 * 1024 };

const settings: readonly (readonly [string, string])[] = [
  ['safe.directory', '*'],
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  // Names that only some machines take for .git.
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.packedGitLimit', '256m'],
  ['core.packedGitWindowSize', '32m'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['commit.gpgSign', 'false'],
  ['push.gpgSign', 'false'],
  ['submodule.recurse', 'false'],
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  // Loopback only: other addresses are refused before.
  ['protocol.http.allow', 'always'],
  ['http.followRedirects', 'false'],
  ['http.userAgent', 'git/2 (Reeve)'],
  ['credential.helper', ''],
];

async function addressesOf(url: URL): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  guardedLookup(host, { all: true }, (error, found) => {
    if (error) return reject(error);
    const addresses = (Array.isArray(found) ? found : []).map(({ address, family }) =>
      family === 6 ? `[${address}]` : address,
    );
    return resolve(addresses.join(','));
  });
  return promise;
}

/** The token is in the environment of git alone: not in its arguments, which every user of a machine sees, and in no file. */
async function remoteSettings({ url: address, credential }: Remote): Promise<[string, string][]> {
  const url = new URL(address);
  refuseUnsafeUrl(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const basic = Buffer.from(`${credential.username}:${credential.token}`).toString('base64');
  return [
    ['remote.origin.url', address],
    [`http.${url.origin}/.extraHeader`, `Authorization: Basic ${basic}`],
    // Connected to is what was checked.
    ['http.curloptResolve', `${url.hostname}:${port}:${await addressesOf(url)}`],
  ];
}

const asVariables = (all: readonly (readonly [string, string])[]): Record<string, string> => ({
  GIT_CONFIG_COUNT: String(all.length),
  ...Object.fromEntries(
    all.flatMap(([name, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, name],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ),
});

const gitMissing = () =>
  new ReeveError(
    'not-supported',
    {},
    { message: 'This Reeve cannot work with repositories, because the program git is not installed on the server.' },
  );

/** With a limit of memory where the system has one. */
const commandLine = (args: readonly string[]): [string, string[]] =>
  process.platform === 'linux'
    ? ['/bin/sh', ['-c', `ulimit -v ${memory.wholeKilobytes}; exec git "$@"`, 'git', ...args]]
    : ['git', [...args]];

/** @returns what it wrote @throws GitFailed; ReeveError not-supported where git is not installed */
export const runGit = async (
  path: string,
  args: readonly string[],
  options: RunOptions & { timeLimitMs: number },
): Promise<string> => (await runGitForBytes(path, args, options)).toString('utf8');

/** The same of what is no text. */
export async function runGitForBytes(
  path: string,
  args: readonly string[],
  { timeLimitMs, input = '', remote, env = {} }: RunOptions & { timeLimitMs: number },
): Promise<Buffer> {
  const all = [...settings, ...(remote ? await remoteSettings(remote) : [])];
  const [program, line] = commandLine(args);
  const child = spawn(program, line, {
    cwd: path,
    // A group of its own, so that whatever git starts ends with it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: programPath(),
      HOME: path,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOC_LIMIT: memory.oneBlock,
      GIT_SSL_CAINFO: join(path, authoritiesFile),
      // No repository around it is looked for.
      GIT_CEILING_DIRECTORIES: dirname(path),
      LC_ALL: 'C',
      ...asVariables(all),
      ...env,
    },
  });
  const endAll = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(endAll, timeLimitMs);
  const parts: Buffer[] = [];
  let bytes = 0;
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    if (bytes > maxOutput) endAll();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    if (said.length < maxSaid) said += part;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    // 127: the shell has not found it.
    if (code === 127 && said.includes('not found')) throw gitMissing();
    const output = Buffer.concat(parts);
    if (code === 0) return output;
    throw new GitFailed(args[0] ?? '', code, {
      said: code === null ? `${said}\nit took too long` : said,
      output: output.toString('utf8'),
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? gitMissing() : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Lines that git marks as the server's, or all when there are none. */
export function saidByServer({ said }: GitFailed): string {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('warning:'));
  const remote = lines
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.replace(/^remote:\s*/, '').trim());
  return (remote.some(Boolean) ? remote.filter(Boolean) : lines).join('\n').slice(0, 2_000);
}
