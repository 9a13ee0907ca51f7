import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programPath } from '#server/config.ts';

const run = promisify(execFile);

const isolated = {
  PATH: programPath(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
};

/** What programs of git get from the simulator: nothing of this machine's configuration. */
export const gitEnvironment = (folder: string, more: Record<string, string> = {}) => ({
  ...isolated,
  HOME: folder,
  ...more,
});

const maxOutput = 64 * 1024 * 1024;

export async function gitIn(
  folder: string,
  args: readonly string[],
  { input, env = {} }: { input?: string | Buffer; env?: Record<string, string> } = {},
): Promise<string> {
  const child = run('git', [...args], {
    cwd: folder,
    env: gitEnvironment(folder, env),
    maxBuffer: maxOutput,
    encoding: 'utf8',
  });
  child.child.stdin?.on('error', () => undefined);
  child.child.stdin?.end(input ?? '');
  return (await child).stdout;
}

export interface Person {
  name: string;
  email: string;
}

export const signedBy = ({ name, email }: Person, at: Date): Record<string, string> => ({
  GIT_AUTHOR_NAME: name,
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: name,
  GIT_COMMITTER_EMAIL: email,
  GIT_AUTHOR_DATE: at.toISOString(),
  GIT_COMMITTER_DATE: at.toISOString(),
});

export async function makeRepository(folder: string, defaultBranch: string): Promise<void> {
  await gitIn('/', ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, folder]);
  for (const [name, value] of [
    // As GitHub: partial clones, and any commit that is reachable may be asked for.
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowReachableSHA1InWant', 'true'],
    ['http.receivepack', 'true'],
    ['receive.advertisePushOptions', 'true'],
    ['receive.fsckObjects', 'true'],
    ['gc.auto', '0'],
  ] as const)
    await gitIn(folder, ['config', name, value]);
}

export async function commitOf(folder: string, reference: string): Promise<string | null> {
  return gitIn(folder, ['rev-parse', '--verify', '--quiet', `${reference}^{commit}`]).then(
    (text) => text.trim(),
    () => null,
  );
}

export const branchCommit = (folder: string, branch: string): Promise<string | null> =>
  commitOf(folder, `refs/heads/${branch}`);

export async function listBranches(folder: string): Promise<{ name: string; commit: string }[]> {
  const text = await gitIn(folder, ['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads']);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ commit: line.slice(0, 40), name: line.slice(41) }));
}

/** `null` takes a file away; a `mode` of 120000 makes a symbolic link. */
export type Files = Readonly<Record<string, string | { content: string | Buffer; mode?: string } | null>>;

interface NewCommit {
  branch: string;
  files: Files;
  message: string;
  by: Person;
  at: Date;
  /** Where a new branch begins. */
  from?: string;
}

const data = (content: string | Buffer): Buffer[] => {
  const bytes = Buffer.from(content);
  return [Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')];
};

/** A commit on top of a branch, in one go (git-fast-import(1)). @returns its name; the branch is moved */
export async function commitFiles(
  folder: string,
  { branch, files, message, by, at, from }: NewCommit,
): Promise<string> {
  const parent = (await branchCommit(folder, branch)) ?? from ?? null;
  const who = `${by.name} <${by.email}> ${Math.floor(at.getTime() / 1000)} +0000`;
  const head = `commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\n`;
  const parts = [Buffer.from(head), ...data(message)];
  if (parent !== null) parts.push(Buffer.from(`from ${parent}\n`));
  for (const [path, file] of Object.entries(files)) {
    if (file === null) {
      parts.push(Buffer.from(`D ${path}\n`));
      continue;
    }
    const { content, mode = '100644' } = typeof file === 'string' ? { content: file } : file;
    parts.push(Buffer.from(`M ${mode} inline ${path}\n`), ...data(content));
  }
  await gitIn(folder, ['fast-import', '--quiet', '--force'], { input: Buffer.concat(parts) });
  const commit = await branchCommit(folder, branch);
  if (commit === null) throw new Error(`git made no commit on ${branch}`);
  return commit;
}
