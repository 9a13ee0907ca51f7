import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SignJWT } from 'jose';
import { App, Octokit } from 'octokit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustAuthority } from '#testing/git-repositories.ts';
import { gitEnvironment } from './git-folder.ts';
import type { Simulator } from './simulator.ts';
import { startGithub } from './start-github.ts';
import type { Installation, MadeApp } from './world.ts';

const run = promisify(execFile);

let github: Simulator;
let made: MadeApp & { webhookSecret: string };
let installation: Installation;
let work: string;

beforeAll(async () => {
  github = await startGithub();
  trustAuthority(github.authorityPem);
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
  fetch(github.apiUrl + path, { headers: { authorization: `token ${token}` } });

describe('an app', () => {
  test('is known by its own key, and by no other', async () => {
    expect((await appClient().octokit.request('GET /app')).data).toMatchObject({ slug: 'reeve' });
    const other = github.createApp({ owner: 'example', name: 'Other' });
    await expect(appClient(other.pem).octokit.request('GET /app')).rejects.toMatchObject({ status: 401 });
  });

  test('has ten minutes, and not in another’s name', async () => {
    const now = Math.floor(Date.now() / 1000);
    const status = async ({ iat = now, exp = now + 60, issuer = made.app.clientId } = {}) => {
      const signed = new SignJWT().setProtectedHeader({ alg: 'RS256' }).setIssuer(issuer).setIssuedAt(iat);
      const jwt = await signed.setExpirationTime(exp).sign(createPrivateKey(made.pem));
      return (await fetch(`${github.apiUrl}/app`, { headers: { authorization: `Bearer ${jwt}` } })).status;
    };
    expect(await status()).toBe(200);
    expect(await status({ issuer: String(made.app.id) })).toBe(200);
    const other = github.createApp({ owner: 'example', name: 'Another' });
    const wrong = [{ exp: now - 60 }, { exp: now + 3600 }, { iat: now + 600, exp: now + 620 }];
    for (const claims of [...wrong, { issuer: other.app.clientId }])
      expect([claims, await status(claims)]).toEqual([claims, 401]);
  });

  test('that is suspended or removed can do nothing with the tokens it has', async () => {
    const token = await mint({ permissions: { contents: 'read' } });
    await github.suspend(installation, 'ada');
    expect((await withToken(token, '/repos/example/backend')).status).toBe(403);
    await expect(mint({})).rejects.toMatchObject({ status: 403 });
    await github.unsuspend(installation, 'ada');
    expect((await withToken(token, '/repos/example/backend')).status).toBe(200);
    await github.changeRepositories(installation, [...github.world.repositories.keys()].slice(0, 1), 'ada');
    expect((await withToken(token, '/repos/example/secret')).status).toBe(404);
    await github.changeRepositories(installation, 'all', 'ada');
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

  test('takes a push as the token and the rules of the branch allow', async () => {
    const token = await mint({ repositories: ['backend'], permissions: { contents: 'write' } });
    await git(['clone', '--quiet', address(token, 'backend'), 'pushing']);
    const cwd = join(work, 'pushing');
    const commit = async (path: string) => {
      await mkdir(join(cwd, path, '..'), { recursive: true });
      await writeFile(join(cwd, path), path);
      await git(['add', '-A'], cwd);
      await git(['-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '--quiet', '-m', path], cwd);
    };
    await commit('a.txt');
    expect(await git(['push', '--quiet', 'origin', 'HEAD:fine'], cwd)).toMatchObject({ code: 0 });
    github.protect('example/backend', { pattern: 'main' });
    expect((await git(['push', 'origin', 'HEAD:main'], cwd)).stderr).toContain('GH006: Protected branch update failed');
    await commit('.github/workflows/ci.yml');
    expect((await git(['push', 'origin', 'HEAD:workflow'], cwd)).stderr).toContain('without `workflows` permission');
    const all = await git(['ls-remote', '--heads', 'origin'], cwd);
    expect(all.stdout.match(/refs.*/g)).toEqual(['refs/heads/fine', 'refs/heads/main']);
  });
});
