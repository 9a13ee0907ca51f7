import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustAuthority } from '#testing/git-repositories.ts';
import { openGithubDescription } from '#testing/vendor-schemas/github.ts';
import { apiRoutes } from './api/answer-api.ts';
import { branchCommit } from './git-folder.ts';
import { mintUserToken } from './sign-in.ts';
import type { Simulator } from './simulator.ts';
import { startGithub } from './start-github.ts';
import type { Installation, MadeApp, Repository } from './world.ts';

/** Every answer that the simulator has, against GitHub's own OpenAPI description. */

const description = openGithubDescription();
const seen = new Set<string>();
let github: Simulator;
let made: MadeApp & { webhookSecret: string };
let installation: Installation;
let backend: Repository;
let token: string;

const permissions = { contents: 'write', pull_requests: 'write', issues: 'write', checks: 'write' } as const;

beforeAll(async () => {
  github = await startGithub();
  trustAuthority(github.authorityPem);
  github.addUser('ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  github.addUser('bob');
  github.addOrganization('example', { owners: ['ada'] });
  backend = await github.addRepository('example/backend', {
    files: { 'src/one.ts': 'one\ntwo\nthree\n' },
    collaborators: { bob: 'write' },
  });
  const hook = { webhookUrl: `${github.origin}/nothing-there`, events: ['push', 'pull_request'] };
  made = github.createApp({ owner: 'example', name: 'Reeve', permissions, ...hook });
  installation = await github.install(made.app, 'example');
  await github.hooks.settled();
  token = (await ask('POST', `/app/installations/${installation.id}/access_tokens`, { as: await appJwt(), body: {} }))
    .token as string;
});

afterAll(() => github.close());

const appJwt = async (): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const signed = new SignJWT().setProtectedHeader({ alg: 'RS256' }).setIssuer(made.app.clientId);
  return signed
    .setIssuedAt(now - 30)
    .setExpirationTime(now + 500)
    .sign(createPrivateKey(made.pem));
};

interface Asked {
  as?: string;
  basic?: string;
  body?: unknown;
  /** Left out: whichever it is. */
  status?: number;
}

/** @returns the answer, once it is what GitHub would say */
async function ask(method: string, path: string, { as = token, basic, body, status = 0 }: Asked = {}) {
  const answer = await fetch(github.apiUrl + path, {
    method,
    headers: { authorization: basic ? `Basic ${Buffer.from(basic).toString('base64')}` : `Bearer ${as}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (status !== 0) expect([path, answer.status]).toEqual([path, status]);
  const said = await answer.text();
  const document = said === '' ? null : (JSON.parse(said) as Record<string, unknown>);
  const { pathname } = new URL(path, 'https://api.github.com');
  const facts = { method, path: decodeURIComponent(pathname), status: answer.status, body: document };
  const { operation, problem } = description.check(facts);
  seen.add(operation);
  expect({ operation, problem, ...(problem !== null && { document }) }).toEqual({ operation, problem: null });
  return (document ?? {}) as Record<string, unknown>;
}

const at = '/repos/example/backend';

test('apps and installations', async () => {
  const as = await appJwt();
  await ask('GET', '/app', { as });
  await ask('GET', '/app/installations?per_page=1', { as });
  await ask('GET', `/app/installations/${installation.id}`, { as });
  await ask('GET', '/app/hook/config', { as });
  await ask('GET', `${at}/installation`, { as });
  await ask('GET', '/installation/repositories');
  await ask('GET', '/rate_limit');
  await ask('GET', '/meta');
  await github.suspend(installation, 'ada');
  await ask('GET', `/app/installations/${installation.id}`, { as });
  await github.unsuspend(installation, 'ada');
  const deliveries = (await ask('GET', '/app/hook/deliveries?per_page=100', { as })) as unknown as { id: number }[];
  expect(deliveries.length).toBeGreaterThan(0);
  await ask('GET', `/app/hook/deliveries/${deliveries[0]?.id}`, { as });
  await ask('POST', `/app/hook/deliveries/${deliveries[0]?.id}/attempts`, { as });
  const code = github.makeAppFromManifest({ owner: 'example', name: 'Made', webhookUrl: 'https://reeve.test/hook' });
  const converted = await ask('POST', `/app-manifests/${code}/conversions`, { as: '' });
  expect(converted.pem).toContain('BEGIN RSA PRIVATE KEY');
});

test('people', async () => {
  const { app } = made;
  const sign = () => {
    const code = github.authorize(app, 'ada');
    const form = new URLSearchParams({ client_id: app.clientId, client_secret: app.clientSecret, code });
    return String(mintUserToken.exchange(github.world, form).access_token);
  };
  const as = sign();
  await ask('GET', '/user', { as });
  await ask('GET', '/user/installations', { as });
  await ask('GET', '/users/ada');
  await ask('GET', `/user/${github.world.accounts.get('bob')?.id}`);
  const basic = `${app.clientId}:${app.clientSecret}`;
  await ask('DELETE', `/applications/${app.clientId}/token`, { basic, body: { access_token: as } });
  await ask('DELETE', `/applications/${app.clientId}/grant`, { basic, body: { access_token: sign() } });
});

test('repositories and branches', async () => {
  await ask('GET', at);
  await ask('GET', `${at}/collaborators/bob/permission`);
  await ask('GET', `${at}/branches`);
  github.protect('example/backend', { pattern: 'main' });
  await ask('GET', `${at}/branches?protected=true`);
  await ask('GET', `${at}/branches/main`);
  await ask('GET', `${at}/git/ref/heads/main`);
  await ask('GET', `${at}/commits/main`);
  await ask('GET', `${at}/contents/src/one.ts?ref=main`);
});

describe('a pull request', () => {
  const pull = `${at}/pulls/1`;

  test('with its files and commits', async () => {
    const files = { 'src/one.ts': 'one\n2\nthree\n', 'src/new.ts': 'new\n' };
    await github.push('example/backend', { branch: 'change', files, by: 'bob' });
    const body = { title: 'Change', head: 'change', base: 'main', body: 'Because.', draft: true };
    const opened = await ask('POST', `${at}/pulls`, { body });
    expect(opened).toMatchObject({ number: 1, additions: 2, deletions: 1, changed_files: 2, mergeable: true });
    await ask('GET', `${at}/pulls?state=all`);
    await ask('GET', pull);
    const listed = (await ask('GET', `${pull}/files`)) as unknown as { filename: string; patch: string }[];
    expect(listed.find(({ filename }) => filename === 'src/one.ts')?.patch).toBe(
      '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three',
    );
    await ask('GET', `${pull}/commits`);
    await ask('PATCH', pull, { body: { title: 'Changed' } });
  });

  test('with reviews and comments on lines', async () => {
    const comments = [{ path: 'src/one.ts', line: 2, side: 'RIGHT', body: 'Why?' }];
    const review = await ask('POST', `${pull}/reviews`, { body: { event: 'COMMENT', body: 'Well.', comments } });
    await ask('GET', `${pull}/reviews`);
    const listed = (await ask('GET', `${pull}/comments`)) as unknown as { id: number; diff_hunk: string }[];
    expect(listed[0]?.diff_hunk).toBe('@@ -1,3 +1,3 @@\n one\n-two\n+2');
    const one = {
      path: 'src/one.ts',
      line: 1,
      side: 'LEFT',
      body: 'Here',
      commit_id: await branchCommit(backend.folder, 'change'),
    };
    const comment = await ask('POST', `${pull}/comments`, { body: one });
    await ask('POST', `${pull}/comments/${comment.id}/replies`, { body: { body: 'Yes.' } });
    const reactions = `${at}/pulls/comments/${comment.id}/reactions`;
    const reaction = await ask('POST', reactions, { body: { content: 'eyes' } });
    await ask('POST', reactions, { body: { content: 'eyes' } });
    await ask('GET', reactions);
    await ask('DELETE', `${reactions}/${reaction.id}`);
    await ask('PUT', `${pull}/reviews/${review.id}/dismissals`, { body: { message: 'Done.' } });
    const outside = await fetch(`${github.apiUrl}${pull}/comments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...one, line: 30 }),
    });
    expect(outside.status).toBe(422);
  });

  test('with words of its own', async () => {
    const comment = await ask('POST', `${at}/issues/1/comments`, { body: { body: 'Hello' } });
    const place = `${at}/issues/comments/${comment.id}`;
    await ask('GET', `${at}/issues/1/comments`);
    await ask('GET', place);
    await ask('PATCH', place, { body: { body: 'Hello again' } });
    for (const reactions of [`${place}/reactions`, `${at}/issues/1/reactions`]) {
      const reaction = await ask('POST', reactions, { body: { content: '+1' } });
      await ask('GET', reactions);
      await ask('DELETE', `${reactions}/${reaction.id}`);
    }
    await ask('DELETE', place);
  });

  test('with checks', async () => {
    const commit = await branchCommit(backend.folder, 'change');
    const run = await ask('POST', `${at}/check-runs`, {
      body: { name: 'Codex', head_sha: commit, status: 'in_progress' },
    });
    const output = { title: 'Fine', summary: 'All of it.' };
    await ask('PATCH', `${at}/check-runs/${run.id}`, { body: { conclusion: 'success', output } });
    await ask('GET', `${at}/check-runs/${run.id}`);
    await ask('GET', `${at}/commits/${commit}/check-runs`);
  });

  test('and is merged', async () => {
    await ask('PUT', `${pull}/merge`, { body: {} });
    expect(await ask('GET', pull)).toMatchObject({ merged: true, state: 'closed' });
  });
});

/** Of those that GitHub describes for the operation. */
test('refusals', async () => {
  const as = await appJwt();
  const refused = async (status: number, method: string, path: string, asked: Asked = {}) =>
    expect(await ask(method, path, { ...asked, status })).toMatchObject({ message: expect.stringMatching(/./) });
  const tokens = `/app/installations/${installation.id}/access_tokens`;
  await refused(404, 'POST', '/app/installations/1/access_tokens', { as, body: {} });
  await refused(422, 'POST', tokens, { as, body: { permissions: { administration: 'write' } } });
  await refused(422, 'POST', tokens, { as, body: { repository_ids: [1] } });
  await github.suspend(installation, 'ada');
  await refused(403, 'POST', tokens, { as, body: {} });
  await github.unsuspend(installation, 'ada');
  await refused(404, 'GET', '/app/installations/1', { as });
  await refused(404, 'POST', '/app-manifests/none/conversions', { as: '' });
  await refused(404, 'GET', '/repos/example/none');
  await refused(404, 'GET', `${at}/branches/none`);
  await refused(404, 'GET', `${at}/git/ref/heads/none`);
  await refused(404, 'GET', `${at}/contents/none.ts`);
  await refused(404, 'GET', `${at}/collaborators/nobody/permission`);
  await refused(404, 'GET', `${at}/pulls/99`);
  await refused(422, 'POST', `${at}/pulls`, { body: { head: 'change', base: 'main' } });
  await refused(422, 'POST', `${at}/pulls`, { body: { title: 'None', head: 'nowhere', base: 'main' } });
  await refused(405, 'PUT', `${at}/pulls/1/merge`, { body: {} });
  await refused(404, 'GET', '/users/nobody');
});

test('every operation was asked', async () => {
  await ask('DELETE', '/installation/token');
  await ask('DELETE', `/app/installations/${installation.id}`, { as: await appJwt() });
  expect(description.operations.filter((operation) => !seen.has(operation))).toEqual([]);
  expect(apiRoutes(github)).toHaveLength(seen.size);
});
