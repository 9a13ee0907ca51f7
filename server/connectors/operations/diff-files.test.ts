import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { seedGitRepository, trustAuthority } from '#testing/git-repositories.ts';
import { type Files, gitIn } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { Repository } from '#testing/servers/github/world.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { diffFiles } from './diff-files.ts';
import { openGitFolder } from './git-folder.ts';

// Each comparison starts a dozen programs, here and at the server.
vi.setConfig({ testTimeout: 120_000 });

const megabyte = 1024 * 1024;

let services: TestServices;
let github: Simulator;
let repository: Repository;
let workspaceId: string;
let repositoryId: string;

beforeAll(async () => {
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  github.addUser('ada');
  repository = await github.addRepository('ada/app', { files: { 'README.md': '# App\n' } });
  ({ workspaceId } = await seedWorkspace(services.db));
  const token = github.addDeployToken('ada/app', 'read');
  const url = `${github.origin}/ada/app.git`;
  repositoryId = await seedGitRepository(services, { workspaceId, createdBy: 'Ada' }, { url, token });
});
afterAll(async () => {
  await github.close();
  await services.close();
});

const push = (branch: string, files: Files) => github.push('ada/app', { branch, files, by: 'ada' });
const diff = (branch: string, paths: string[], read: string[] = []) =>
  diffFiles(services, {
    ...{ workspaceId, repositoryId, branch, forWhom: 'Ada', read, remove: () => [] },
    files: paths.map((path) => ({ path, content: Buffer.from('new\n'), isExecutable: false })),
  });
const tooLarge = {
  code: 'git-refused',
  message: expect.stringContaining('the files there that would be replaced are too large to be compared.'),
};

test('files that are too large together are refused before they are read, each counted where it is', async () => {
  const large = 'a'.repeat(9 * megabyte);
  await push('large', { one: large, two: large });
  const [one] = (await diff('large', ['one'])).changes;
  expect(one?.before?.content.length).toBe(large.length);
  // Not what there is instead of a refusal: printing it would take minutes.
  const refusal = (comparing: Promise<unknown>) => comparing.then(() => null).catch((error: unknown) => error);
  expect(await refusal(diff('large', ['one', 'two']))).toMatchObject(tooLarge);
  await push('larger', { marker: 'a'.repeat(17 * megabyte) });
  expect(await refusal(diff('larger', ['other'], ['marker']))).toMatchObject(tooLarge);
});

test('a link and a submodule are refused and not replaced', async () => {
  await push('odd', { linked: { content: 'README.md', mode: '120000' } });
  const commit = (await gitIn(repository.folder, ['rev-parse', 'main'])).trim();
  const tree = await gitIn(repository.folder, ['ls-tree', 'odd']);
  const withModule = await gitIn(repository.folder, ['mktree'], { input: `${tree}160000 commit ${commit}\tmodule\n` });
  const made = await gitIn(
    repository.folder,
    ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit-tree', withModule.trim(), '-m', 'm'],
    {},
  );
  await gitIn(repository.folder, ['update-ref', 'refs/heads/odd', made.trim()]);
  for (const [path, what] of [
    ['linked', 'link'],
    ['module', 'submodule'],
  ] as const)
    await expect(diff('odd', [path], [path])).rejects.toMatchObject({
      code: 'git-refused',
      message: `The files do not fit into odd of ada/app: ${path} is a ${what} there.`,
    });
});

test('a file whose name has a tab is not taken for one of the name before it', async () => {
  await push('tabs', { 'rules\tother': 'theirs\n' });
  expect((await diff('tabs', ['rules'])).changes).toMatchObject([{ path: 'rules', before: null }]);
  expect((await diff('tabs', ['rules\tother'])).changes).toMatchObject([
    { before: { content: Buffer.from('theirs\n') } },
  ]);
});

test('git that fails is told as such', async () => {
  await expect(diff('main', ['no\0name'])).rejects.toMatchObject({
    code: 'git-server-failed',
    message: expect.stringContaining('failed at a comparison of ada/app'),
  });
});

test('what would change is seen while everything that pushes is busy', async () => {
  const folders = await Promise.all([1, 2, 3].map(() => openGitFolder('publish')));
  try {
    expect((await diff('main', ['new'])).changes).toHaveLength(1);
  } finally {
    for (const folder of folders) await folder[Symbol.asyncDispose]();
  }
});
