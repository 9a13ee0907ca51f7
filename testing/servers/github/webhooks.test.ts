import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import recorded from '@octokit/webhooks-examples' with { type: 'json' };
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { trustAuthority } from '#testing/git-repositories.ts';
import { createTestAuthority } from '../test-authority.ts';
import type { Simulator } from './simulator.ts';
import { startGithub } from './start-github.ts';
import { mintToken } from './tokens.ts';
import type { Installation, MadeApp } from './world.ts';

/** What the simulator posts, beside what GitHub was recorded to post. */

interface Posted {
  event: string;
  guid: string;
  signature: string;
  body: string;
  payload: Record<string, unknown>;
}

let github: Simulator;
let receiver: Server;
let made: MadeApp & { webhookSecret: string };
let installation: Installation;
let posted: Posted[] = [];
let answerWith = 200;

beforeAll(async () => {
  const authority = await createTestAuthority();
  const pair = await authority.issueServer();
  receiver = createServer({ cert: pair.certificatePem, key: pair.keyPem }, async (request, response) => {
    const body = await text(request);
    const header = (name: string) => String(request.headers[name]);
    posted.push({
      event: header('x-github-event'),
      guid: header('x-github-delivery'),
      signature: header('x-hub-signature-256'),
      body,
      payload: JSON.parse(body) as Record<string, unknown>,
    });
    response.writeHead(answerWith).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const webhookUrl = `https://localhost:${(receiver.address() as AddressInfo).port}/hook`;
  github = await startGithub({ authority });
  trustAuthority(authority.pem);
  github.addUser('ada', { email: 'ada@example.com' });
  github.addUser('bob', { email: 'bob@example.com' });
  github.addOrganization('example', { owners: ['ada'] });
  await github.addRepository('example/backend', { collaborators: { bob: 'write' } });
  await github.addRepository('example/frontend');
  const permissions = { contents: 'write', pull_requests: 'write', issues: 'write' } as const;
  const events = ['push', 'pull_request', 'issue_comment', 'pull_request_review', 'pull_request_review_comment'];
  made = github.createApp({ owner: 'example', name: 'Reeve', permissions, events, webhookUrl });
  installation = await github.install(made.app, 'example');
});

afterAll(async () => {
  await github.close();
  receiver.closeAllConnections();
  receiver.close();
});

beforeEach(() => {
  posted = [];
  answerWith = 200;
});

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** Members of the recorded one that ours has not, or has of another kind. `null` says nothing about a kind. */
function lacking(theirs: unknown, ours: unknown, path = ''): string[] {
  if (theirs === null || ours === null) return [];
  if (kindOf(theirs) !== kindOf(ours)) return [`${path}: ${kindOf(ours)} in place of ${kindOf(theirs)}`];
  if (Array.isArray(theirs))
    return theirs.length > 0 && (ours as unknown[]).length > 0
      ? lacking(theirs[0], (ours as unknown[])[0], `${path}[]`)
      : [];
  if (typeof theirs !== 'object' || path === 'installation.permissions') return [];
  return Object.entries(theirs).flatMap(([name, value]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return name in (ours as object) ? lacking(value, (ours as Record<string, unknown>)[name], here) : [here];
  });
}

const examplesOf = (event: string, action: string | undefined): unknown[] =>
  (recorded as unknown as { name: string; examples: { action?: string }[] }[])
    .find(({ name }) => name === event)
    ?.examples.filter((one) => one.action === action) ?? [];

/** The recorded example that is nearest: some were recorded from repositories of people, some of organisations. */
function compare(event: string, payload: Record<string, unknown>): string[] {
  const found = examplesOf(event, payload.action as string | undefined).map((one) => lacking(one, payload));
  expect(found.length).toBeGreaterThan(0);
  return found.sort((one, other) => one.length - other.length)[0] ?? [];
}

const act = (branch: string) => github.push('example/backend', { branch, files: { a: branch }, by: 'bob' });

describe('events', () => {
  test('of pushes', async () => {
    await github.push('example/backend', { branch: 'change', files: { 'a.txt': 'a\n' }, by: 'bob' });
    expect(posted.map(({ event }) => event)).toEqual(['push']);
    expect(compare('push', posted[0]?.payload ?? {})).toEqual([]);
    expect(posted[0]?.payload).toMatchObject({
      ref: 'refs/heads/change',
      created: true,
      commits: [{ added: ['a.txt'] }],
    });
  });

  test('of installations', async () => {
    await github.suspend(installation, 'ada');
    await github.unsuspend(installation, 'ada');
    const ids = [...github.world.repositories.keys()];
    await github.changeRepositories(installation, ids.slice(0, 1), 'ada');
    await github.changeRepositories(installation, 'all', 'ada');
    await github.revokeAuthorization(made.app, 'bob');
    const other = await github.install(made.app, 'bob');
    await github.hooks.uninstall(other, other.account);
    expect(posted.map(({ event, payload }) => `${event} ${payload.action}`)).toEqual([
      'installation suspend',
      'installation unsuspend',
      'installation_repositories removed',
      'installation_repositories added',
      'github_app_authorization revoked',
      'installation created',
      'installation deleted',
    ]);
    for (const { event, payload } of posted) expect([event, compare(event, payload)]).toEqual([event, []]);
  });
});

test('of pull requests and what is said in them', async () => {
  const { value } = mintToken(github.world, installation, {});
  const call = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${value}` };
    const asked = { method, headers, body: JSON.stringify(body) };
    expect((await fetch(`${github.apiUrl}/repos/example/backend${path}`, asked)).ok).toBe(true);
  };
  await act('feature');
  posted = [];
  await call('POST', '/pulls', { title: 'Feature', head: 'feature', base: 'main', body: 'Because.' });
  await github.push('example/backend', { branch: 'feature', files: { b: 'b' }, by: 'bob' });
  await call('PATCH', '/pulls/1', { title: 'A feature' });
  await call('POST', '/issues/1/comments', { body: 'Hello' });
  await call('POST', '/pulls/1/reviews', { event: 'COMMENT', body: 'Well.' });
  await call('POST', '/pulls/1/comments', { path: 'b', line: 1, side: 'RIGHT', body: 'Why?' });
  await github.mergePull('example/backend', 1, 'ada');
  const kinds = posted.map(({ event, payload }) => `${event} ${payload.action ?? ''}`.trim());
  expect(kinds).toEqual([
    'pull_request opened',
    'push',
    'pull_request synchronize',
    'pull_request edited',
    'issue_comment created',
    'pull_request_review submitted',
    'pull_request_review_comment created',
    'pull_request closed',
  ]);
  // Nobody was recorded while editing one.
  for (const { event, payload } of posted.filter(({ payload: { action } }) => action !== 'edited'))
    expect([event, compare(event, payload)]).toEqual([event, []]);
});

test('are signed with the app’s secret', async () => {
  await act('signed');
  const [one] = posted;
  const expected = createHmac('sha256', made.webhookSecret)
    .update(one?.body ?? '')
    .digest('hex');
  expect(one?.signature).toBe(`sha256=${expected}`);
});

test('that failed are kept, and sent again with the same number', async () => {
  answerWith = 500;
  await act('failed');
  const failed = github.world.deliveries.at(-1);
  expect(failed).toMatchObject({ statusCode: 500, isRedelivery: false });
  github.hooks.setReachable(false);
  await act('missed');
  expect(github.world.deliveries.at(-1)).toMatchObject({ statusCode: 502, status: 'failed to connect to host' });
  expect(posted).toHaveLength(1);
  github.hooks.setReachable(true);
  answerWith = 200;
  if (failed) github.hooks.redeliver(failed);
  await github.hooks.settled();
  expect(posted.map(({ guid }) => guid)).toEqual([failed?.guid, failed?.guid]);
  expect(github.world.deliveries.at(-1)).toMatchObject({ statusCode: 200, isRedelivery: true, guid: failed?.guid });
});
