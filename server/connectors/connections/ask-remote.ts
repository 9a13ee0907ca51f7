import { ReeveError } from '#server/fail.ts';
import { guardedFetch } from '#server/http/guarded-fetch.ts';
import { delimiter, flush, pktLine, readPktLines } from './pkt-lines.ts';

export interface RemoteAccess {
  /** Of the repository, as one clones it, without a slash at its end. */
  url: string;
  username: string;
  token: string;
}

const refuse = (said: string, cause?: unknown) =>
  new ReeveError('git-connection-failed', { said }, { message: `The repository cannot be reached: ${said}`, cause });

async function ask({ url, username, token }: RemoteAccess, path: string, body: string | null = null): Promise<Buffer> {
  const headers: Record<string, string> = {
    authorization: `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`,
    'git-protocol': 'version=2',
    'user-agent': 'git/2 (Reeve)',
    ...(body !== null && { 'content-type': 'application/x-git-upload-pack-request' }),
  };
  const answer = await guardedFetch(`${url}${path}`, { method: body === null ? 'GET' : 'POST', headers, body }).catch(
    (cause: unknown) => {
      throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
    },
  );
  if (answer.status === 401 || answer.status === 403)
    throw refuse(`the server answered ${answer.status}: it does not take this token, or the token may not read this.`);
  if (answer.status !== 200) throw refuse(`the server answered ${answer.status}.`);
  return Buffer.from(await answer.arrayBuffer());
}

const headsPrefix = 'refs/heads/';
const branchOf = (reference: string | undefined): string | null =>
  reference?.startsWith(headsPrefix) ? reference.slice(headsPrefix.length) : null;

export interface RemoteBranches {
  /** The default one; null when the server does not say, as of an empty repository. */
  head: string | null;
  /** Those that were asked for and are there; of an old server all. */
  names: string[];
}

const isBranch = (name: string | null): name is string => name !== null;

/** Version 2 of the protocol: the references are a question of their own (gitprotocol-v2, “ls-refs”). */
async function askReferences(access: RemoteAccess, prefixes: readonly string[]): Promise<RemoteBranches> {
  const question = [
    pktLine('command=ls-refs\n'),
    delimiter,
    pktLine('symrefs\n'),
    ...prefixes.map((prefix) => pktLine(`ref-prefix ${prefix}\n`)),
    flush,
  ].join('');
  const lines = readPktLines(await ask(access, '/git-upload-pack', question)) ?? [];
  const head = branchOf(/ symref-target:(\S+)/.exec(lines.find((line) => / HEAD( |$)/.test(line)) ?? '')?.[1]);
  const names = lines.map((line) => branchOf(line.split(' ')[1])).filter(isBranch);
  return { head, names: [...new Set([...(head === null ? [] : [head]), ...names])] };
}

/**
 * Looks whether a repository can be fetched with this token, which branch is the default one, and whether those that `like` begins are
 * there. A repository may have more branches than anybody wants to be sent: an empty `like` asks for all.
 * @throws ReeveError git-connection-failed with what the server said
 */
export async function askBranches(access: RemoteAccess, like: string | null = null): Promise<RemoteBranches> {
  const lines = readPktLines(await ask(access, '/info/refs?service=git-upload-pack'));
  if (lines === null) throw refuse('what answers there is no git server. Is this the address one clones from?');
  if (lines.includes('version 2'))
    return askReferences(access, ['HEAD', ...(like === null ? [] : [headsPrefix + like])]);
  return {
    head: branchOf(/symref=HEAD:(\S+)/.exec(lines.join('\n'))?.[1]),
    names: lines.map((line) => branchOf(line.split('\0')[0]?.split(' ')[1])).filter(isBranch),
  };
}
