import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';

/** Answers with what git's own CGI program says. `path` is below `folder`, e.g. `/app.git/info/refs`. */
export function answerGit(folder: string, path: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH ?? '',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'runner',
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  let head = Buffer.alloc(0);
  let isBody = false;
  child.stdout.on('data', (chunk: Buffer) => {
    if (isBody) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    isBody = true;
    const headers = head
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200);
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.writeHead(status);
    response.write(head.subarray(end + 4));
  });
  child.stdout.on('end', () => response.end());
}

/** Files of a commit; null removes one. A text that begins with `-> ` is a link. */
export type CommitFiles = Record<string, string | null>;

export interface GitHttpServer {
  url: string;
  folder: string;
  close(): void;
}

/** A repository made of these commits, each on top of the one before. @returns their ids */
export function makeRepository(folder: string, commits: readonly CommitFiles[]): string[] {
  const work = `${folder}.work`;
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', work, '-c', 'user.name=Ada', '-c', 'user.email=ada@corp.test', ...args], {
      encoding: 'utf8',
    }).trim();
  mkdirSync(work, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  const ids = commits.map((files, at) => {
    for (const [name, text] of Object.entries(files)) {
      rmSync(join(work, name), { force: true });
      if (text === null) continue;
      mkdirSync(dirname(join(work, name)), { recursive: true });
      if (text.startsWith('-> ')) execFileSync('ln', ['-s', text.slice(3), join(work, name)]);
      else writeFileSync(join(work, name), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', `commit ${at + 1}`);
    return git('rev-parse', 'HEAD');
  });
  execFileSync('git', ['clone', '--quiet', '--bare', work, folder]);
  rmSync(work, { recursive: true });
  return ids;
}

/** Smart HTTP of the repositories in a folder. */
export async function startGitHttp(folder: string): Promise<GitHttpServer> {
  const server = createServer((request, response) =>
    answerGit(folder, new URL(request.url ?? '/', 'http://git').pathname, request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, folder, close: () => void server.close().closeAllConnections() };
}
