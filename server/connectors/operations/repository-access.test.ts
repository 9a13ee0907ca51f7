import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seedGitAccount, seedGithub, seedGitRepository, trustAuthority } from '#testing/git-repositories.ts';
import { branchCommit } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { Installation, Repository } from '#testing/servers/github/world.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { forgetAccess } from './believed-access.ts';
import { listBranches, resolveBranch } from './branches.ts';
import { requireRepositoryAccess } from './repository-access.ts';

let services: TestServices;
let github: Simulator;
let backend: Repository;
let installation: Installation;
let workspaceId: string;
let ada: string;
let bob: string;
let stranger: string;
let connectionId: string;
let repositories: ReadonlyMap<string, string>;

beforeAll(async () => {
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  const people = { ada: github.addUser('ada'), bob: github.addUser('bob') };
  github.addOrganization('example', { owners: ['ada'] });
  backend = await github.addRepository('example/backend', { collaborators: { bob: 'read' } });
  await github.addRepository('example/secret');
  await github.addRepository('example/open', { isPrivate: false });
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions: { contents: 'write' } });
  installation = await github.install(made.app, 'example');
  ({ workspaceId, ownerId: ada } = await seedWorkspace(services.db));
  bob = await seedMember(services.db, { workspaceId, email: 'bob@example.com', name: 'Bob' });
  stranger = await seedMember(services.db, { workspaceId, email: 'eve@example.com', name: 'Eve' });
  const place = { workspaceId, createdBy: 'Ada' };
  ({ connectionId, repositories } = await seedGithub(services, place, { github, made, installation }));
  await seedGitAccount(services, { workspaceId, memberId: ada, connectionId }, people.ada);
  await seedGitAccount(services, { workspaceId, memberId: bob, connectionId }, people.bob);
});

afterAll(async () => {
  await github.close();
  await services.close();
});

const idOf = (name: string): string => repositories.get(`example/${name}`) ?? '';
const permissionCalls = () => github.requests.filter(({ path }) => path.endsWith('/permission')).length;

beforeEach(() => {
  forgetAccess({ repositoryIds: new Set(repositories.values()) });
  github.requests.length = 0;
  services.setNow(null);
});

const require = (memberId: string, need: 'read' | 'write', name = 'backend') =>
  requireRepositoryAccess(services, { workspaceId, memberId, repositoryId: idOf(name), need, why: 'task tsk_1' });

describe('a member', () => {
  test('may what their own account may', async () => {
    await require(ada, 'write');
    await require(bob, 'read');
    await expect(require(bob, 'write')).rejects.toMatchObject({
      code: 'repository-refused',
      message: expect.stringContaining('Your account bob may not write to example/backend'),
      details: { has: 'read', need: 'write' },
    });
    await expect(require(bob, 'read', 'secret')).rejects.toMatchObject({ code: 'repository-refused' });
    await require(bob, 'read', 'open');
    const uses = await services.db
      .selectFrom('git_token_uses')
      .select(['operation', 'for_whom', 'permissions'])
      .execute();
    expect(uses).toContainEqual({
      operation: 'read-permission',
      for_whom: 'Bob: task tsk_1',
      permissions: { metadata: 'read' },
    });
    expect([...github.world.tokens.keys()]).toEqual([]);
  });

  test('who has linked none is asked to', async () => {
    await expect(require(stranger, 'read')).rejects.toMatchObject({
      code: 'git-account-needed',
      details: { connectionId },
    });
    expect(github.requests).toEqual([]);
  });

  test('is believed for a minute, and a refusal for no time', async () => {
    const start = new Date();
    services.setNow(start);
    await require(bob, 'read');
    backend.collaborators.set('bob', 'write');
    await expect(require(bob, 'write')).rejects.toMatchObject({ code: 'repository-refused' });
    await require(bob, 'write');
    expect(permissionCalls()).toBe(2);
    backend.collaborators.delete('bob');
    services.setNow(new Date(start.getTime() + 59_000));
    await require(bob, 'write');
    services.setNow(new Date(start.getTime() + 61_000));
    await expect(require(bob, 'read')).rejects.toMatchObject({ code: 'repository-refused' });
    backend.collaborators.set('bob', 'read');
    await require(bob, 'read');
  });

  test('is followed when they change their name, and nobody gets in under the name they gave up', async () => {
    github.renameUser('bob', 'robert');
    github.addUser('bob');
    backend.collaborators.set('bob', 'admin');
    await require(bob, 'read');
    await expect(require(bob, 'write')).rejects.toMatchObject({ details: { has: 'read' } });
    const accounts = await services.db
      .selectFrom('git_accounts')
      .select('login')
      .where('member_id', '=', bob)
      .execute();
    expect(accounts).toEqual([{ login: 'robert' }]);
  });
});

test('an archived repository is written by nobody', async () => {
  await services.db.updateTable('git_repositories').set({ is_archived: true }).where('id', '=', idOf('open')).execute();
  await require(ada, 'read', 'open');
  await expect(require(ada, 'write', 'open')).rejects.toMatchObject({ message: expect.stringContaining('archived') });
});

test('another workspace has no such repository', async () => {
  const other = await seedWorkspace(services.db, { name: 'Other' });
  const asked = { workspaceId: other.workspaceId, memberId: other.ownerId, repositoryId: idOf('backend') };
  await expect(requireRepositoryAccess(services, { ...asked, need: 'read', why: 'x' })).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('when GitHub cannot be asked, nobody is let in', async () => {
  github.answerNext(/access_tokens$/, 502);
  await expect(require(ada, 'read')).rejects.toMatchObject({ code: 'git-server-failed' });
  github.answerNext(/permission$/, 500);
  await expect(require(ada, 'read')).rejects.toMatchObject({ code: 'git-server-failed' });
  expect([...github.world.tokens.keys()]).toEqual([]);
});

test('a new token that one machine of GitHub’s does not know yet is tried again', async () => {
  github.answerNext(/permission$/, 401, { message: 'Bad credentials' });
  await require(ada, 'read');
  expect(permissionCalls()).toBe(2);
});

test('with a deploy token there is no account to ask', async () => {
  const place = { workspaceId, createdBy: 'Ada' };
  const token = github.addDeployToken('example/secret', 'read');
  const repositoryId = await seedGitRepository(services, place, { url: `${github.origin}/example/secret.git`, token });
  const asked = { workspaceId, memberId: stranger, repositoryId };
  await requireRepositoryAccess(services, { ...asked, need: 'write', why: 'x' });
  expect(await listBranches(services, { workspaceId, repositoryId, forWhom: 'x' })).toMatchObject([{ name: 'main' }]);
});

describe('branches', () => {
  const asked = () => ({ workspaceId, repositoryId: idOf('backend'), forWhom: 'Ada' });

  test('are listed with what is protected, the default one first', async () => {
    await github.push('example/backend', { branch: 'aaa', files: { a: 'a' }, by: 'ada' });
    await github.push('example/backend', { branch: 'release/1', files: { b: 'b' }, by: 'ada' });
    github.protect('example/backend', { pattern: 'release/*' });
    const found = await listBranches(services, asked());
    expect(found.map(({ name, isProtected }) => [name, isProtected])).toEqual([
      ['main', false],
      ['aaa', false],
      ['release/1', true],
    ]);
    expect(await listBranches(services, { ...asked(), search: 'REL' })).toHaveLength(1);
  });

  test('lead to their newest commit', async () => {
    const commit = await branchCommit(backend.folder, 'release/1');
    expect(await resolveBranch(services, { ...asked(), branch: 'release/1' })).toEqual({ branch: 'release/1', commit });
    await expect(resolveBranch(services, { ...asked(), branch: 'release' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('has no branch release'),
    });
  });
});
