import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemActor } from '#server/audit/index.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { connectorJobs } from '../jobs.ts';
import { tokenPlace } from '../secret-places.ts';
import { askBranches } from './ask-remote.ts';
import { connectGit, replaceToken } from './connect-git.ts';
import { flush, pktLine, readPktLines } from './pkt-lines.ts';
import { readConnection } from './read-connections.ts';
import { syncNow } from './sync-connection.ts';

let services: TestServices;
let github: Simulator;
let member: Parameters<typeof connectGit>[1];
let url: string;
let token: string;

beforeAll(async () => {
  services = await openTestServices();
  github = await startGithub({ isPlain: true });
  github.addUser('payments');
  await github.addRepository('payments/api', { defaultBranch: 'trunk' });
  token = github.addDeployToken('payments/api', 'write');
  url = `${github.origin}/payments/api.git`;
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  const actor = { ...systemActor('Ada', workspaceId), kind: 'member' as const };
  member = { workspaceId, memberId: ownerId, label: 'Ada Lovelace', actor };
});
afterAll(async () => {
  await github.close();
  await services.close();
});

const asked = (changes = {}) => ({ name: 'Payments', url, username: 'reeve', token, ...changes });
const rows = () => services.db.selectFrom('git_repositories').selectAll().execute();

test('a repository of any git server is connected with its deploy token, which is sealed', async () => {
  const id = await connectGit(services, member, asked());
  expect(await readConnection(services, member.workspaceId, id)).toMatchObject({
    ...{ kind: 'git', name: 'Payments', baseUrl: github.origin, state: 'connected', webhook: null, appUrl: null },
  });
  expect(await rows()).toMatchObject([
    { name: 'payments/api', url, default_branch: 'trunk', is_allowed: true, installation_id: null },
  ]);
  const row = await services.db.selectFrom('git_connections').selectAll().executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(token);
  expect(await services.secrets.open(row.sealed_token ?? '', tokenPlace(id))).toBe(token);
  const entries = await services.db.selectFrom('audit_events').select('payload').execute();
  expect(JSON.stringify(entries)).not.toContain(token);
});

test.each([
  ['a token that is wrong', () => asked({ token: 'wrong' }), 'does not take this token'],
  ['a repository that is none', () => asked({ url: `${github.origin}/payments/none.git` }), 'the server answered 40'],
  ['nobody there', () => asked({ url: 'http://127.0.0.1:1/x.git' }), 'ECONNREFUSED'],
])('%s is told with what the server said', async (_what, given, said) => {
  await expect(connectGit(services, member, given())).rejects.toMatchObject({
    code: 'git-connection-failed',
    message: expect.stringContaining(said),
  });
});

test('an address that Reeve does not call is refused before it is asked', async () => {
  for (const refused of ['http://gitlab.example.com/a.git', 'https://169.254.169.254/a.git'])
    await expect(connectGit(services, member, asked({ url: refused }))).rejects.toMatchObject({ code: 'bad-input' });
});

test('a branch that is named is one that there is, and stays', async () => {
  await expect(connectGit(services, member, asked({ defaultBranch: 'main' }))).rejects.toMatchObject({
    code: 'git-connection-failed',
    message: 'payments/api has no branch main. It has trunk.',
    details: { issues: [{ path: ['defaultBranch'] }] },
  });
  await github.push('payments/api', { branch: 'next', files: { 'a.txt': 'a' }, by: 'payments' });
  const id = await connectGit(services, member, asked({ name: 'Next', defaultBranch: 'next' }));
  const branch = async () => (await rows()).find(({ connection_id }) => connection_id === id)?.default_branch;
  await syncNow(services, member.workspaceId, id);
  expect(await branch()).toBe('next');
  const [first] = await rows();
  await services.db.updateTable('git_repositories').set({ default_branch: 'gone' }).execute();
  await syncNow(services, member.workspaceId, id);
  expect(await branch()).toBe('trunk');
  await services.db
    .updateTable('git_repositories')
    .set({ default_branch: first?.default_branch ?? '' })
    .execute();
  await services.db.deleteFrom('git_connections').where('id', '=', id).execute();
});

test('a token that stops working shows on the connection, until it works', async () => {
  const id = await connectGit(services, member, asked({ name: 'Second', url: `${url}/` }));
  const read = () => readConnection(services, member.workspaceId, id);
  github.answerNext(/info\/refs$/, 401);
  await syncNow(services, member.workspaceId, id);
  expect(await read()).toMatchObject({
    state: 'failing',
    problem: expect.stringContaining('does not take this token'),
  });
  const hourly = connectorJobs(services).find(({ name }) => name === 'sync-git');
  expect(await hourly?.run()).toEqual({ asked: 2, failed: 0 });
  expect(await read()).toMatchObject({ state: 'connected', problem: null });
});

test('a token is replaced by one that works, and no other', async () => {
  const { id } = await services.db.selectFrom('git_connections').select('id').executeTakeFirstOrThrow();
  const kept = async () => {
    const row = await services.db
      .selectFrom('git_connections')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return { token: await services.secrets.open(row.sealed_token ?? '', tokenPlace(id)), username: row.username };
  };
  await expect(replaceToken(services, member, { id, token: 'wrong' })).rejects.toMatchObject({
    code: 'git-connection-failed',
  });
  expect(await kept()).toEqual({ token, username: 'reeve' });
  const next = github.addDeployToken('payments/api', 'write');
  await replaceToken(services, member, { id, token: next, username: 'bot' });
  expect(await kept()).toEqual({ token: next, username: 'bot' });
  const [entry] = await services.db
    .selectFrom('audit_events')
    .selectAll()
    .where('event', '=', 'git.token-replaced')
    .execute();
  expect(entry?.payload).toEqual({ before: { username: 'reeve' }, after: { username: 'bot' } });
  await expect(replaceToken(services, member, { id: 'none', token: next })).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('a connection that fails does not keep the jobs from the others', async () => {
  github.answerNext(/info\/refs$/, 500);
  const hourly = connectorJobs(services).find(({ name }) => name === 'sync-git');
  expect(await hourly?.run()).toEqual({ asked: 1, failed: 1 });
});

/** A server that answers as told. */
async function answering(body: string): Promise<{ address: string; close: () => void }> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/a.git`, close: () => void server.close() };
}

describe('servers', () => {
  const heads = [
    `${'1'.repeat(40)} HEAD\0multi_ack symref=HEAD:refs/heads/develop agent=git/2.1\n`,
    `${'1'.repeat(40)} refs/heads/develop\n`,
    `${'2'.repeat(40)} refs/heads/next\n`,
    `${'2'.repeat(40)} refs/tags/v1\n`,
  ];
  test.each([
    [
      'that speak the old protocol',
      [pktLine('# service=git-upload-pack\n'), flush, ...heads.map(pktLine), flush].join(''),
      { head: 'develop', names: ['develop', 'next'] },
    ],
    [
      'with an empty repository',
      [pktLine('# service=git-upload-pack\n'), flush, flush].join(''),
      { head: null, names: [] },
    ],
  ])('%s are understood', async (_what, body, branches) => {
    const server = await answering(body);
    expect(await askBranches({ url: server.address, username: 'x', token: 'y' })).toEqual(branches);
    server.close();
  });

  test('that are none are told from git servers', async () => {
    const server = await answering('<!doctype html><title>Sign in</title>');
    await expect(askBranches({ url: server.address, username: 'x', token: 'y' })).rejects.toMatchObject({
      message: expect.stringContaining('no git server'),
    });
    server.close();
  });

  test('whose default branch is unknown need it named', async () => {
    const many = Array.from({ length: 13 }, (_none, index) => `${'1'.repeat(40)} refs/heads/b${index}\n`);
    const server = await answering([...many.map(pktLine), flush].join(''));
    const given = asked({ url: server.address, name: 'Detached' });
    await expect(connectGit(services, member, given)).rejects.toMatchObject({
      code: 'git-connection-failed',
      message: `The server does not say which branch of a is the default one. Name it: it has b0, b1, b2, b3, b4, b5, b6, b7, b8, b9 and 3 more.`,
      details: { issues: [{ path: ['defaultBranch'] }] },
    });
    await connectGit(services, member, { ...given, defaultBranch: 'b12' });
    expect((await rows()).at(-1)).toMatchObject({ name: 'a', default_branch: 'b12' });
    server.close();
  });

  test('with an empty repository get a first commit first', async () => {
    const server = await answering(flush);
    const given = asked({ url: server.address, name: 'Empty', defaultBranch: 'main' });
    await expect(connectGit(services, member, given)).rejects.toMatchObject({
      message: 'a has no branch yet. Push a first commit to it, then connect it.',
    });
    server.close();
  });
});

test('lines are framed as git frames them', () => {
  expect(pktLine('a\n')).toBe('0006a\n');
  expect(readPktLines(Buffer.from(`${pktLine('ä\n')}${flush}0001${pktLine('b')}`))).toEqual(['ä', 'b']);
  expect(readPktLines(Buffer.from('0006a'))).toBeNull();
  expect(readPktLines(Buffer.from('zzzz'))).toBeNull();
  expect(readPktLines(Buffer.alloc(0))).toEqual([]);
});
