import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { gitEnvironment } from './git-folder.ts';
import type { PushRules } from './pre-receive.ts';
import { findToken, readBasic } from './tokens.ts';
import { covers, findRepository, fullName, isAtLeast, permits, type Repository, roleIn, type World } from './world.ts';

/** Smart HTTP by git itself (`git http-backend`); who may what is decided here and in the repository's hook. */

export interface PushedReference {
  before: string;
  after: string;
  name: string;
}

export type Pushed = (push: { repository: Repository; by: string; references: PushedReference[] }) => Promise<void>;

const smart = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

export const isGitPath = (pathname: string): boolean => smart.test(pathname);

const hooksOf = (folder: string) => join(folder, 'hooks');

/** The two programs that a push runs. */
export async function writeHooks(folder: string): Promise<void> {
  const program = join(import.meta.dirname, 'pre-receive.ts');
  const scripts = {
    'pre-receive': `#!/bin/sh\n[ -n "$SIMULATOR_RULES" ] || exit 0\nexec '${process.execPath}' '${program}'\n`,
    'post-receive': '#!/bin/sh\nexec cat > "$SIMULATOR_PUSHED"\n',
  };
  await mkdir(hooksOf(folder), { recursive: true });
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(hooksOf(folder), name), text);
    await chmod(join(hooksOf(folder), name), 0o755);
  }
}

interface Caller {
  name: string;
  mayRead: boolean;
  mayWrite: boolean;
  mayChangeWorkflows: boolean;
}

function callerOf(world: World, repository: Repository, request: IncomingMessage): Caller | null {
  const basic = readBasic(request.headers.authorization);
  if (!basic) return null;
  const deploy = repository.deployTokens.get(basic.password);
  if (deploy)
    return {
      name: basic.username,
      mayRead: true,
      mayWrite: deploy === 'write',
      mayChangeWorkflows: deploy === 'write',
    };
  const token = findToken(world, basic.password);
  if (token?.kind === 'user') {
    const role = roleIn(repository, token.user);
    const mayWrite = isAtLeast(role, 'write');
    return { name: token.user.login, mayRead: isAtLeast(role, 'read'), mayWrite, mayChangeWorkflows: mayWrite };
  }
  if (token?.kind !== 'installation') return null;
  const { installation, repositories, permissions } = token;
  const isInside =
    covers(installation, repository) && !installation.suspended && (repositories?.has(repository.id) ?? true);
  return {
    name: installation.app.bot.login,
    mayRead: isInside && permits(permissions, 'contents', 'read'),
    mayWrite: isInside && permits(permissions, 'contents', 'write'),
    mayChangeWorkflows: permits(permissions, 'workflows', 'write'),
  };
}

const refuse = (response: ServerResponse, status: number, text: string): void => {
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="GitHub"');
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
};

/** For the hook; without any it lets everything in. */
function rulesFor(repository: Repository, caller: Caller): Record<string, string> {
  const { isArchived, protections } = repository;
  if (!isArchived && protections.length === 0 && caller.mayChangeWorkflows) return {};
  const rules: PushRules = {
    isArchived,
    mayChangeWorkflows: caller.mayChangeWorkflows,
    protections: protections.map(({ pattern, requiresPullRequest, mayPush }) => ({
      pattern,
      requiresPullRequest,
      isLocked: mayPush !== null && !mayPush.includes(caller.name),
    })),
  };
  return { SIMULATOR_RULES: JSON.stringify(rules) };
}

function cgiVariables(
  request: IncomingMessage,
  { repository, path, query, user }: { repository: Repository; path: string; query: string; user: string },
): Record<string, string> {
  const { headers, method = 'GET' } = request;
  const optional = {
    CONTENT_TYPE: headers['content-type'],
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: repository.isOld ? undefined : headers['git-protocol'],
  };
  return {
    GIT_PROJECT_ROOT: dirname(repository.folder),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${basename(repository.folder)}/${path}`,
    QUERY_STRING: query,
    REQUEST_METHOD: method,
    REMOTE_USER: user,
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
  };
}

/** The head of a CGI answer, then the rest as it comes. */
function passAnswer(child: ReturnType<typeof spawn>, response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let head = Buffer.alloc(0);
  let hasBegun = false;
  child.stdout?.on('data', (part: Buffer) => {
    if (hasBegun) return response.write(part);
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return false;
    hasBegun = true;
    let status = 200;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') status = Number(value.slice(0, 3));
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    return response.write(head.subarray(end + 4));
  });
  child.once('close', () => {
    if (!hasBegun) refuse(response, 500, 'git http-backend said nothing');
    resolve();
  });
  return promise;
}

async function readPushed(file: string): Promise<PushedReference[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  await rm(file, { force: true });
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = '', name = ''] = line.split(' ');
      return { before, after, name };
    });
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
}

export async function answerGit(world: World, { request, response, url }: Asked, onPush: Pushed): Promise<void> {
  const [, owner = '', name = '', path = ''] = smart.exec(url.pathname) ?? [];
  const repository = findRepository(world, owner, name);
  const isPush = path === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  const isPublic = repository !== undefined && !repository.isPrivate;
  if (request.headers.authorization === undefined && (isPush || !isPublic))
    return refuse(response, 401, 'Authentication required');
  const caller = repository ? callerOf(world, repository, request) : null;
  if (request.headers.authorization !== undefined && repository && !caller)
    return refuse(response, 401, 'Invalid username or token. Password authentication is not supported.');
  if (!repository || !(caller?.mayRead ?? isPublic)) return refuse(response, 404, 'Repository not found.');
  if (isPush && !caller?.mayWrite)
    return refuse(response, 403, `Permission to ${fullName(repository)}.git denied to ${caller?.name ?? 'nobody'}.`);
  const pushed = join(repository.folder, `pushed-${randomUUID()}`);
  const variables = cgiVariables(request, { repository, path, query: url.search.slice(1), user: caller?.name ?? '' });
  const rules = isPush && caller ? rulesFor(repository, caller) : null;
  const child = spawn('git', ['http-backend'], {
    env: gitEnvironment(repository.folder, { ...variables, ...rules, SIMULATOR_PUSHED: pushed }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  response.once('close', () => child.kill());
  await passAnswer(child, response);
  const references = isPush ? await readPushed(pushed) : [];
  if (references.length > 0 && caller) await onPush({ repository, by: caller.name, references });
  response.end();
}
