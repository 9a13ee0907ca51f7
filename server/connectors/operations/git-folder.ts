import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { authoritiesFile, type Remote, type RunOptions, runGit, runGitForBytes } from './isolated-git.ts';

export interface GitFolder extends AsyncDisposable {
  path: string;
  /** @returns what it wrote @throws GitFailed */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** @returns the content of a blob @throws GitFailed */
  readBlob(blob: string, remote: Remote): Promise<Buffer>;
}

const prefix = 'reeve-git-';
/** Longer than anything here takes: whoever made it was killed. */
const abandonedMs = 3_600_000;

async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const path = join(tmpdir(), name);
    const facts = await stat(path).catch(() => null);
    if (facts && Date.now() - facts.mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

/** So many at once, the others in their order. @returns what lets the next one in */
function takeTurns(atOnce: number): () => Promise<() => void> {
  let busy = 0;
  const waiting: (() => void)[] = [];
  const passOn = () => {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  };
  return async () => {
    if (busy < atOnce) busy += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return passOn;
  };
}

/** A server that is slow to take a push keeps nobody from seeing branches, and whoever looks at what would change keeps nobody from pushing. */
const purposes = {
  look: { turn: takeTurns(8), timeLimitMs: 30_000 },
  compare: { turn: takeTurns(3), timeLimitMs: 60_000 },
  publish: { turn: takeTurns(3), timeLimitMs: 300_000 },
} as const;

/** An empty folder, which goes when it is disposed of. Few at once; the others wait. */
export async function openGitFolder(purpose: keyof typeof purposes): Promise<GitFolder> {
  const { turn, timeLimitMs } = purposes[purpose];
  const passTurn = await turn();
  const path = await mkdtemp(join(tmpdir(), prefix)).catch((error: unknown) => {
    passTurn();
    throw error;
  });
  const close = async () => {
    await rm(path, { recursive: true, force: true });
    passTurn();
  };
  try {
    await removeAbandoned();
    // Those this process trusts, with what NODE_EXTRA_CA_CERTS adds.
    await writeFile(join(path, authoritiesFile), getCACertificates('default').join('\n'));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    path,
    run: (args, options = {}) => runGit(path, args, { timeLimitMs, ...options }),
    readBlob: (blob, remote) => runGitForBytes(path, ['cat-file', 'blob', blob], { timeLimitMs, remote }),
    [Symbol.asyncDispose]: close,
  };
}
