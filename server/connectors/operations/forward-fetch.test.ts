import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isReeveError } from '#server/fail.ts';
import { seedGithub, seedGitRepository, trustAuthority } from '#testing/git-repositories.ts';
import { gitEnvironment } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { Installation } from '#testing/servers/github/world.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { type FetchPath, forwardGitFetch } from './forward-fetch.ts';

let services: TestServices;
let github: Simulator;
let installation: Installation;
let server: Server;
let origin: string;
let work: string;
/** Served below `/<name>/`. */
const repositories = new Map<string, { workspaceId: string; repositoryId: string }>();
let received: IncomingHttpHeaders[] = [];

/** As the runner's dialect mounts it: everything below a repository's address goes through. */
async function pass(incoming: Request): Promise<Response> {
  const [, name = '', path = ''] = /^\/([a-z]+)\/(.+)$/.exec(new URL(incoming.url).pathname) ?? [];
  const place = repositories.get(name);
  if (!place) return new Response('unknown', { status: 404 });
  try {
    const asked = { ...place, forWhom: 'attempt att_1', request: incoming, path: path as FetchPath };
    return await forwardGitFetch(services, asked);
  } catch (error) {
    if (!isReeveError(error)) throw error;
    return new Response(`${error.message}\n`, { status: error.status, headers: { 'x-code': error.code } });
  }
}

beforeAll(async () => {
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  github.addUser('ada');
  github.addOrganization('example', { owners: ['ada'] });
  const large = Object.fromEntries(
    Array.from({ length: 40 }, (_, number) => [`data/${number}.txt`, `${number}\n`.repeat(20_000)]),
  );
  await github.addRepository('example/backend', {
    files: { 'README.md': 'Hello\n', ...large },
  });
  await github.addRepository('example/large', { files: { noise: { content: randomBytes(16 * 1024 * 1024) } } });
  await github.addRepository('example/other');
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions: { contents: 'read' } });
  installation = await github.install(made.app, 'example');
  const { workspaceId } = await seedWorkspace(services.db);
  const place = { workspaceId, createdBy: 'Ada' };
  const connected = await seedGithub(services, place, { github, made, installation });
  repositories.set('backend', { workspaceId, repositoryId: connected.repositories.get('example/backend') ?? '' });
  repositories.set('other', { workspaceId, repositoryId: connected.repositories.get('example/other') ?? '' });
  repositories.set('large', { workspaceId, repositoryId: connected.repositories.get('example/large') ?? '' });
  const plain = {
    url: `${github.origin}/example/backend.git`,
    token: github.addDeployToken('example/backend', 'read'),
  };
  repositories.set('plain', { workspaceId, repositoryId: await seedGitRepository(services, place, plain) });
  work = await mkdtemp(join(tmpdir(), 'forward-fetch-'));
  const listener = getRequestListener(pass);
  server = createServer((incoming, outgoing) => {
    outgoing.once('finish', () => received.push(outgoing.getHeaders() as IncomingHttpHeaders));
    void listener(incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await github.close();
  await services.close();
  await rm(work, { recursive: true, force: true });
});

beforeEach(() => {
  received = [];
  github.requests.length = 0;
});

const git = (args: readonly string[], env: Record<string, string> = {}) =>
  promisify(execFile)('git', [...args], { cwd: work, env: gitEnvironment(work, env) }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

const call = async (path: string, { method = 'GET', headers = {}, body = '' } = {}) => {
  const asked = request(origin + path, { method, headers, agent: false });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
};

const tokensOnTheWay = () => github.requests.map(({ token }) => token).filter((token) => token?.startsWith('ghs_'));

describe.each(['backend', 'plain'])('%s', (name) => {
  test('is cloned by the real git, which sees no token', async () => {
    const trace = join(work, `${name}.trace`);
    const cloned = await git(['clone', '--quiet', `${origin}/${name}/`, name], {
      GIT_TRACE_CURL_NO_DATA: '1',
      GIT_TRACE_CURL: trace,
    });
    expect(cloned).toMatchObject({ code: 0 });
    expect(await readFile(join(work, name, 'data/39.txt'), 'utf8')).toBe('39\n'.repeat(20_000));
    const seen = `${cloned.stderr}${await readFile(trace, 'utf8')}${await readFile(join(work, name, '.git/config'), 'utf8')}`;
    expect(seen).toContain('git-upload-pack');
    expect(seen).not.toMatch(/ghs_|authorization|x-github/i);
    const names = new Set(received.flatMap((headers) => Object.keys(headers)));
    expect([...names].filter((one) => /cookie|auth|token|request-id/.test(one))).toEqual([]);
    const shallow = await git([
      'clone',
      '--quiet',
      '--depth=1',
      '--filter=blob:none',
      `${origin}/${name}/`,
      `${name}-shallow`,
    ]);
    expect(shallow).toMatchObject({ code: 0 });
  });
});

test('every request has a token of its own, which ends with it', async () => {
  expect(await git(['ls-remote', `${origin}/backend/`])).toMatchObject({ code: 0 });
  const used = new Set(tokensOnTheWay());
  expect(used.size).toBe(2);
  await expect.poll(() => [...used].filter((token) => token !== null && github.world.tokens.has(token))).toEqual([]);
  const uses = await services.db.selectFrom('git_token_uses').select(['operation', 'for_whom', 'repository']).execute();
  expect(uses.at(-1)).toEqual({ operation: 'fetch', for_whom: 'attempt att_1', repository: 'example/backend' });
  expect(JSON.stringify(await services.db.selectFrom('git_token_uses').selectAll().execute())).not.toContain('ghs_');
});

test('nothing but a fetch goes through, and what the client says about itself does not either', async () => {
  const push = await call('/backend/info/refs?service=git-receive-pack');
  expect(push).toMatchObject({ status: 403, headers: { 'x-code': 'not-permitted' } });
  const odd = ['/backend/git-receive-pack', '/backend/info/refs', '/backend/HEAD', '/backend/git-upload-pack'];
  for (const path of odd) expect((await call(path)).headers['x-code']).toBe('not-permitted');
  const pushed = await call('/backend/git-receive-pack', { method: 'POST', body: '0000' });
  expect(pushed.headers['x-code']).toBe('not-permitted');
  expect(github.requests.filter(({ path }) => path.includes('.git/'))).toEqual([]);
  const headers = {
    authorization: 'Basic bm9ib2R5OmF0LXRoZWlycw==',
    cookie: 'session=theirs',
    'x-forwarded-for': '1.2.3.4',
  };
  expect((await call('/backend/info/refs?service=git-upload-pack', { headers })).status).toBe(200);
  const passed = github.requests.find(({ path }) => path.includes('.git/info/refs'));
  expect(passed?.token).toMatch(/^ghs_/);
  expect(Object.keys(passed?.headers ?? {}).sort()).toEqual(['connection', 'host', 'user-agent']);
});

test('a server that sends elsewhere is not followed with the token', async () => {
  github.answerNext(/info\/refs$/, 301);
  const moved = await call('/backend/info/refs?service=git-upload-pack');
  expect(moved).toMatchObject({ status: 502, headers: { 'x-code': 'git-server-failed' } });
});

test('what the server refuses is said, and no token is left', async () => {
  github.answerNext(/info\/refs$/, 403, { message: 'rate limited' });
  const refused = await call('/backend/info/refs?service=git-upload-pack');
  expect(refused).toMatchObject({ status: 409, headers: { 'x-code': 'git-refused' } });
  expect(refused.text).toContain('rate limited');
  await expect.poll(() => github.world.tokens.size).toBe(0);
});

test('a repository that the installation lost, or that was not chosen, is not reached', async () => {
  await github.changeRepositories(installation, [...github.world.repositories.keys()].slice(0, 2), 'ada');
  expect(await call('/other/info/refs?service=git-upload-pack')).toMatchObject({
    headers: { 'x-code': 'git-refused' },
    text: expect.stringContaining('no longer reaches example/other'),
  });
  await services.db
    .updateTable('git_repositories')
    .set({ is_allowed: false })
    .where('name', '=', 'example/other')
    .execute();
  expect((await call('/other/info/refs?service=git-upload-pack')).headers['x-code']).toBe('repository-not-allowed');
  await services.db.updateTable('git_installations').set({ state: 'suspended' }).execute();
  expect((await call('/backend/info/refs?service=git-upload-pack')).text).toContain('suspended');
  await services.db.updateTable('git_installations').set({ state: 'active' }).execute();
});

test('when the client goes in the middle, the server is asked for no more and the token ends', async () => {
  const refs = await git(['ls-remote', `${origin}/large/`, 'HEAD']);
  const head = refs.stdout.slice(0, 40);
  github.requests.length = 0;
  await expect.poll(() => github.world.tokens.size).toBe(0);
  const body = `0032want ${head}\n00000009done\n`;
  const headers = { 'content-type': 'application/x-git-upload-pack-request', 'content-length': body.length };
  const asked = request(`${origin}/large/git-upload-pack`, { method: 'POST', headers, agent: false });
  asked.on('error', () => undefined);
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  expect(answer.statusCode).toBe(200);
  answer.on('error', () => undefined).destroy();
  await expect.poll(() => github.world.tokens.size).toBe(0);
  const upload = github.requests.filter(({ path }) => path.endsWith('/git-upload-pack'));
  expect(upload.map(({ status }) => status)).toEqual([null]);
});
