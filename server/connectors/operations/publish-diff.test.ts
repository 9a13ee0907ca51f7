import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { seedGitAccount, seedGithub, trustAuthority } from '#testing/git-repositories.ts';
import { branchCommit, gitIn } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { Installation, Repository } from '#testing/servers/github/world.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { publishDiff } from './publish-diff.ts';
import { readPullRequest } from './pull-requests.ts';

let services: TestServices;
let github: Simulator;
let installation: Installation;
let backend: Repository;
let workspaceId: string;
let memberId: string;
let repositoryId: string;
let base: { branch: string; commit: string };

const readme = ['# Example', '', 'One', 'Two', 'Three', ''].join('\n');

beforeAll(async () => {
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  const ada = github.addUser('ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  github.addUser('bob');
  github.addOrganization('example', { owners: ['ada'] });
  backend = await github.addRepository('example/backend', {
    files: { 'README.md': readme, 'src/one.ts': 'export const one = 1;\n', '.github/workflows/ci.yml': 'on: push\n' },
    collaborators: { bob: 'write' },
  });
  const permissions = { contents: 'write', pull_requests: 'write', workflows: 'write' } as const;
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions, events: ['push', 'pull_request'] });
  installation = await github.install(made.app, 'example');
  ({ workspaceId, ownerId: memberId } = await seedWorkspace(services.db));
  const place = { workspaceId, createdBy: 'Ada' };
  const connected = await seedGithub(services, place, { github, made, installation });
  repositoryId = connected.repositories.get('example/backend') ?? '';
  await seedGitAccount(services, { workspaceId, memberId, connectionId: connected.connectionId }, ada);
  base = { branch: 'main', commit: (await branchCommit(backend.folder, 'main')) ?? '' };
});

afterAll(async () => {
  await github.close();
  await services.close();
});

/** As git says it; what is compared is made by git itself where it can be. */
const readmeDiff = (to = 'Zwei') =>
  [
    'diff --git a/README.md b/README.md',
    '--- a/README.md',
    '+++ b/README.md',
    '@@ -2,4 +2,4 @@',
    ' ',
    ' One',
    '-Two',
    `+${to}`,
    ' Three',
    '',
  ].join('\n');

const newFile = (path: string, line: string, mode = '100644') =>
  [
    `diff --git a/${path} b/${path}`,
    `new file mode ${mode}`,
    '--- /dev/null',
    `+++ b/${path}`,
    '@@ -0,0 +1 @@',
    `+${line}`,
    '',
  ].join('\n');

const asked = (more: Partial<Parameters<typeof publishDiff>[1]> = {}) => ({
  workspaceId,
  repositoryId,
  memberId,
  base,
  diff: readmeDiff(),
  branch: `codex/${newId('b')}`,
  message: 'Count in German\n\nTask: https://reeve.test/codex/tasks/1\n',
  title: 'Count in German',
  body: 'As it should be.',
  isDraft: false,
  existing: null,
  ...more,
});

const operations = async () =>
  (await services.db.selectFrom('git_token_uses').select('operation').orderBy('id').execute()).map(
    ({ operation }) => operation,
  );

const fileAt = (commit: string, path: string) => gitIn(backend.folder, ['show', `${commit}:${path}`]);

describe('a diff', () => {
  test('becomes a commit of the member and a pull request', async () => {
    const branch = 'codex/count-in-german';
    const published = await publishDiff(services, asked({ branch, isDraft: true }));
    expect(published).toEqual({
      number: 1,
      url: `${github.origin}/example/backend/pull/1`,
      branch,
      headSha: await branchCommit(backend.folder, branch),
      state: 'open',
    });
    expect(await fileAt(published.headSha, 'README.md')).toBe(readme.replace('Two', 'Zwei'));
    const people = await gitIn(backend.folder, ['show', '--no-patch', '--format=%an|%ae|%cn|%ce|%P|%B', branch]);
    const ada = github.world.accounts.get('ada');
    const bot = github.world.accounts.get('reeve[bot]');
    expect(people.split('|')).toEqual([
      'Ada Lovelace',
      `${ada?.id}+ada@users.noreply.localhost`,
      'reeve[bot]',
      `${bot?.id}+reeve[bot]@users.noreply.localhost`,
      base.commit,
      expect.stringContaining('Count in German'),
    ]);
    expect(await operations()).toEqual(['fetch', 'push', 'pull-request']);
    const facts = await readPullRequest(services, { workspaceId, repositoryId, number: 1, forWhom: 'a test' });
    expect(facts).toMatchObject({ state: 'open', isDraft: true, isMergeable: true, headSha: published.headSha });
    expect(backend.pulls.get(1)?.author.login).toBe('reeve[bot]');
  });

  test('leaves no token that still works, and nothing on the disk', async () => {
    await publishDiff(services, asked());
    const used = github.requests.map(({ token }) => token).filter((token) => token?.startsWith('ghs_'));
    expect(new Set(used).size).toBeGreaterThanOrEqual(3);
    expect([...github.world.tokens.keys()]).toEqual([]);
  });

  test('that changes workflows takes a token that may', async () => {
    const diff = newFile('.github/workflows/release.yml', 'on: release');
    const before = (await operations()).length;
    const { headSha } = await publishDiff(services, asked({ diff }));
    expect(await fileAt(headSha, '.github/workflows/release.yml')).toBe('on: release\n');
    expect((await operations()).slice(before)).toEqual(['fetch', 'push-workflows', 'pull-request']);
    installation.permissions = { contents: 'write', pull_requests: 'write' };
    const branch = 'codex/may-not';
    await expect(publishDiff(services, asked({ diff, branch }))).rejects.toMatchObject({
      code: 'git-refused',
      message: expect.stringContaining('workflows: write'),
    });
    expect(await branchCommit(backend.folder, branch)).toBeNull();
    installation.permissions = { contents: 'write', pull_requests: 'write', workflows: 'write' };
  });

  test('goes nowhere where a branch is protected, and the server says why', async () => {
    github.protect('example/backend', { pattern: 'release/*' });
    await expect(publishDiff(services, asked({ branch: 'release/1' }))).rejects.toMatchObject({
      code: 'git-refused',
      details: { said: expect.stringContaining('GH006: Protected branch update failed for refs/heads/release/1') },
    });
    expect(await branchCommit(backend.folder, 'release/1')).toBeNull();
    await expect(publishDiff(services, asked({ branch: 'main' }))).rejects.toMatchObject({
      code: 'git-refused',
      message: expect.stringContaining('There is a branch main already'),
    });
    expect(await branchCommit(backend.folder, 'main')).toBe(base.commit);
  });
});

test('a diff of many files, as git makes it, is fetched for and applied at once', async () => {
  const { folder } = backend;
  const many = Array.from({ length: 15 }, (_, number) => number);
  const files = Object.fromEntries(many.map((number) => [`many/${number}.txt`, `${number}\n`.repeat(20)]));
  const commit = await github.push('example/backend', { branch: 'many', files, by: 'bob' });
  const binary = { content: Buffer.from([0, 1, 2, 255]), mode: '100755' };
  const changes = Object.fromEntries(
    many.flatMap((number): [string, string | null][] =>
      number % 2 === 0
        ? [[`many/${number}.txt`, `${number}\n`.repeat(19)]]
        : [
            [`many/${number}.txt`, null],
            [`moved/${number} ü.txt`, `${number}\n`.repeat(20)],
          ],
    ),
  );
  await github.push('example/backend', { branch: 'wanted', files: { ...files, ...changes, bin: binary }, by: 'bob' });
  const options = ['--binary', '--full-index', '--find-renames'];
  const diff = await gitIn(folder, ['diff', ...options, commit, 'wanted']);
  github.requests.length = 0;
  const from = { branch: 'many', commit };
  const { headSha } = await publishDiff(services, asked({ base: from, diff }));
  const trees = await gitIn(folder, ['rev-parse', `${headSha}^{tree}`, 'wanted^{tree}']);
  expect(new Set(trees.trim().split('\n')).size).toBe(1);
  // The branches, the commit, its files; a push asks elsewhere.
  const fetches = github.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/git-upload-pack'));
  expect(fetches.length).toBeLessThanOrEqual(5);
});

describe('published again', () => {
  test('the pull request goes on with a commit on top', async () => {
    const first = await publishDiff(services, asked());
    const existing = { number: first.number, branch: first.branch };
    const second = await publishDiff(services, asked({ branch: first.branch, diff: readmeDiff('Deux'), existing }));
    expect(second.number).toBe(first.number);
    expect(await fileAt(second.headSha, 'README.md')).toContain('Deux');
    const parents = await gitIn(backend.folder, ['rev-parse', `${second.headSha}^@`]);
    expect(parents.trim()).toBe(first.headSha);
    expect(backend.pulls.get(first.number ?? 0)).toMatchObject({ title: 'Count in German', headSha: second.headSha });
    const words = { title: 'In French', body: 'Better.', replacesWords: true };
    const again = asked({ branch: first.branch, diff: readmeDiff('Deux'), existing, ...words });
    expect(await publishDiff(services, again)).toMatchObject({ headSha: second.headSha, number: first.number });
    expect(backend.pulls.get(first.number ?? 0)).toMatchObject({ title: 'In French' });
  });

  test('from a newer base, both are its parents', async () => {
    const first = await publishDiff(services, asked());
    const commit = await github.push('example/backend', {
      branch: 'main',
      files: { 'src/two.ts': 'two\n' },
      by: 'bob',
    });
    const existing = { number: first.number, branch: first.branch };
    const moved = { branch: 'main', commit };
    const second = await publishDiff(services, asked({ branch: first.branch, base: moved, existing }));
    const parents = await gitIn(backend.folder, ['rev-parse', `${second.headSha}^@`]);
    expect(parents.trim().split('\n')).toEqual([first.headSha, commit]);
    expect(await fileAt(second.headSha, 'src/two.ts')).toBe('two\n');
  });

  test('what others pushed there stays', async () => {
    const first = await publishDiff(services, asked());
    const theirs = { branch: first.branch, files: { 'src/one.ts': 'mine\n' }, by: 'bob' };
    const commit = await github.push('example/backend', theirs);
    const existing = { number: first.number, branch: first.branch };
    const again = asked({ branch: first.branch, diff: readmeDiff('Deux'), existing });
    await expect(publishDiff(services, again)).rejects.toMatchObject({
      code: 'git-refused',
      message: expect.stringContaining('Somebody else pushed'),
    });
    expect(await branchCommit(backend.folder, first.branch)).toBe(commit);
  });

  test('a pull request that was closed is followed by a new one', async () => {
    const first = await publishDiff(services, asked());
    await github.closePull('example/backend', first.number ?? 0, 'ada');
    const existing = { number: first.number, branch: first.branch };
    const second = await publishDiff(services, asked({ branch: first.branch, diff: readmeDiff('Deux'), existing }));
    expect(second.number).toBeGreaterThan(first.number ?? 0);
    expect(second.state).toBe('open');
  });

  test('after a failure between push and pull request it is found and finished', async () => {
    const branch = 'codex/cut-off';
    github.answerNext(/\/pulls$/, 500);
    await expect(publishDiff(services, asked({ branch }))).rejects.toMatchObject({ code: 'git-server-failed' });
    const head = await branchCommit(backend.folder, branch);
    expect(await publishDiff(services, asked({ branch }))).toMatchObject({ headSha: head, state: 'open' });
  });
});
