import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App, Octokit } from 'octokit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gitEnvironment } from './git-folder.ts';
import type { Simulator } from './simulator.ts';
import { startGithub } from './start-github.ts';
import type { Installation, MadeApp } from './world.ts';

const run = promisify(execFile);

let github: Simulator;
let made: MadeApp & { webhookSecret: string };
let installation: Installation;
let work: string;

/** `fetch` that trusts the simulator. */
const trusting = async (address: string | URL | Request, options: RequestInit = {}): Promise<Response> => {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { method = 'GET', headers = {}, body } = options;
  const asked = https.request(
    String(address),
    { method, headers: headers as Record<string, string>, ca: github.authorityPem, agent: false },
    async (answer) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      const status = answer.statusCode ?? 0;
      resolve(
        new Response(status === 204 ? null : Buffer.concat(parts), {
          status,
          headers: answer.headers as Record<string, string>,
        }),
      );
    },
  );
  asked.on('error', reject);
  asked.end(body ?? undefined);
  return promise;
};

beforeAll(async () => {
  github = await startGithub();
  github.addUser('ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  github.addUser('bob', { name: 'Bob', email: 'bob@example.com' });
  github.addOrganization('example', { owners: ['ada'] });
  await github.addRepository('example/backend', { collaborators: { bob: 'write' } });
  await github.addRepository('example/secret');
  made = github.createApp({
    owner: 'example',
    name: 'Reeve',
    permissions: { contents: 'write', pull_requests: 'write' },
    events: ['push', 'pull_request'],
  });
  installation = await github.install(made.app, 'example');
  work = await mkdtemp(join(tmpdir(), 'github-test-'));
});

afterAll(async () => {
  await github.close();
  await rm(work, { recursive: true, force: true });
});

const appClient = (pem = made.pem) =>
  new App({
    appId: made.app.id,
    privateKey: pem,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    Octokit: OctokitFor(),
  });

function OctokitFor() {
  return Octokit.defaults({
    baseUrl: github.apiUrl,
    request: { fetch: trusting },
    throttle: { enabled: false },
    retry: { enabled: false },
  });
}

const git = (args: readonly string[], cwd = work) => {
  const env = gitEnvironment(work, { GIT_SSL_CAINFO: join(work, 'ca.pem') });
  return run('git', args, { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
};

const mint = async (wanted: Record<string, unknown>) => {
  const { data } = await appClient().octokit.request('POST /app/installations/{installation_id}/access_tokens', {
    installation_id: installation.id,
    ...wanted,
  });
  return data.token;
};
const withToken = (token: string, path: string) =>
  trusting(github.apiUrl + path, { headers: { authorization: `token ${token}` } });

describe('an app', () => {
  test('is known by its own key, and by no other', async () => {
    expect((await appClient().octokit.request('GET /app')).data).toMatchObject({ slug: 'reeve' });
    const other = github.createApp({ owner: 'example', name: 'Other' });
    await expect(appClient(other.pem).octokit.request('GET /app')).rejects.toMatchObject({ status: 401 });
  });

  test('gets a token that is refused outside its repositories and permissions', async () => {
    const token = await mint({ repositories: ['backend'], permissions: { metadata: 'read' } });
    expect((await withToken(token, '/repos/example/backend')).status).toBe(200);
    expect((await withToken(token, '/repos/example/secret')).status).toBe(404);
    expect((await withToken(token, '/repos/example/backend/branches')).status).toBe(403);
    expect((await withToken(token, '/repos/example/backend/pulls')).status).toBe(403);
    const reading = await mint({ repositories: ['backend'], permissions: { contents: 'read' } });
    expect(await (await withToken(reading, '/repos/example/backend/branches')).json()).toMatchObject([
      { name: 'main', protected: false },
    ]);
  });

  test('cannot have what the installation does not give', async () => {
    await expect(mint({ repositories: ['backend'], permissions: { workflows: 'write' } })).rejects.toMatchObject({
      status: 422,
    });
    await expect(mint({ repositories: ['nowhere'] })).rejects.toMatchObject({ status: 422 });
  });
});

describe('git', () => {
  beforeAll(() => writeFile(join(work, 'ca.pem'), github.authorityPem));
  const address = (token: string, name: string) =>
    `${github.origin.replace('https://', `https://x-access-token:${token}@`)}/example/${name}.git`;

  test('clones with a token for the repository, and with no other', async () => {
    const token = await mint({ repositories: ['backend'], permissions: { contents: 'read' } });
    expect(await git(['clone', '--quiet', address(token, 'backend'), 'backend'])).toMatchObject({ code: 0 });
    expect(await readFile(join(work, 'backend', 'README.md'), 'utf8')).toContain('Example');
    expect((await git(['ls-remote', address(token, 'secret')])).stderr).toContain('not found');
    expect((await git(['ls-remote', address('ghs_nothing', 'backend')])).code).not.toBe(0);
    expect((await git(['push', 'origin', 'main:other'], join(work, 'backend'))).stderr).toContain('403');
  });
});
