import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { seedGitRepository, trustAuthority } from '#testing/git-repositories.ts';
import { branchCommit, gitIn } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { Repository } from '#testing/servers/github/world.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { publishDiff } from './publish-diff.ts';

/** Diffs by somebody who wants more than a commit. The server is any git server, with a deploy token. */
let services: TestServices;
let github: Simulator;
let repository: Repository;
let workspaceId: string;
let memberId: string;
let repositoryId: string;
let commit: string;
let mark: string;
let temporary: string;

beforeAll(async () => {
  mark = await mkdtemp(join(tmpdir(), 'nothing-in-it-'));
  temporary = await mkdtemp(join(tmpdir(), 'git-folders-'));
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  github.addUser('ada');
  repository = await github.addRepository('ada/tools', {
    files: {
      'README.md': 'One\n',
      outside: { content: mark, mode: '120000' },
      '.gitattributes': '*.txt text eol=crlf\n',
    },
  });
  ({ workspaceId, ownerId: memberId } = await seedWorkspace(services.db));
  repositoryId = await seedGitRepository(
    services,
    { workspaceId, createdBy: 'Ada' },
    { url: `${github.origin}/ada/tools.git`, token: github.addDeployToken('ada/tools', 'write') },
  );
  commit = (await branchCommit(repository.folder, 'main')) ?? '';
  vi.stubEnv('TMPDIR', temporary);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await github.close();
  await services.close();
  for (const folder of [mark, temporary]) await rm(folder, { recursive: true, force: true });
});

let branches = 0;
const publish = (diff: string, more: { branch?: string; message?: string } = {}) => {
  branches += 1;
  const words = { message: 'change\n', title: 'Change', body: '', isDraft: false, existing: null };
  const branch = `try-${branches}`;
  return publishDiff(services, {
    ...{ workspaceId, memberId, repositoryId, base: { branch: 'main', commit }, diff, branch, ...words },
    ...more,
  });
};

const newFile = (path: string, line: string, mode = '100644') =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n`;
const link = (path: string, to: string) => newFile(path, to, '120000').concat('\\ No newline at end of file\n');

test.each([
  ['a hook', newFile('.git/hooks/post-commit', 'touch x', '100755')],
  ['a configuration', newFile('.git/config', '[core] fsmonitor = touch x')],
  ['the same in capitals', newFile('.GIT/config', '[core] fsmonitor = touch x')],
  ['the same as another system spells it', newFile('git~1/config', '[core] fsmonitor = touch x')],
  ['the same with a sign that some systems skip', newFile('.g\u200cit/config', '[core] fsmonitor = touch x')],
  ['a submodule’s configuration', newFile('a/.git/config', 'x')],
  ['a way out', newFile('../escaped', 'x')],
  ['a longer way out', newFile('a/../../escaped', 'x')],
  ['an absolute path', newFile('/tmp/escaped', 'x')],
  ['a file behind a link that is there', newFile('outside/escaped', 'x')],
  ['a file behind a link that it brings', link('l', '/tmp') + newFile('l/escaped', 'x')],
  ['a link in place of a folder it writes to', newFile('d/a', 'x') + link('d', '/tmp') + newFile('d/escaped', 'x')],
])('%s is refused, and nothing is written', async (_what, diff) => {
  const said = expect.stringMatching(/invalid path|beyond a symbolic link/);
  await expect(publish(diff)).rejects.toMatchObject({ code: 'git-refused', details: { said } });
  expect(await readdir(mark)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
  expect(await branchCommit(repository.folder, `try-${branches}`)).toBeNull();
});

test('attributes with programs run none, and change no byte', async () => {
  const attributes = [
    'diff --git a/.gitattributes b/.gitattributes',
    '--- a/.gitattributes',
    '+++ b/.gitattributes',
    '@@ -1 +1,2 @@',
    ' *.txt text eol=crlf',
    '+* filter=evil diff=evil merge=evil ident',
    '',
  ].join('\n');
  const config = newFile('.gitconfig', `[filter "evil"] clean = touch ${mark}/filtered`);
  const { headSha, number, state } = await publish(attributes + config + newFile('note.txt', 'plain $Id$'));
  expect({ number, state }).toEqual({ number: null, state: 'open' });
  expect(await gitIn(repository.folder, ['cat-file', 'blob', `${headSha}:note.txt`])).toBe('plain $Id$\n');
  expect(await readdir(mark)).toEqual([]);
});

test('a link is kept as a link, and is followed by nobody', async () => {
  const { headSha } = await publish(link('etc', '/etc'));
  expect(await gitIn(repository.folder, ['ls-tree', headSha, 'etc'])).toMatch(/^120000 blob/);
});

/** The letters of git's binary diffs, in which 52 bytes are a line with their number before it. */
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const lengthLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base85Line(part: Buffer): string {
  const padded = Buffer.concat([part, Buffer.alloc((4 - (part.length % 4)) % 4)]);
  let text = lengthLetters[part.length - 1] ?? '';
  for (let at = 0; at < padded.length; at += 4) {
    let word = padded.readUInt32BE(at);
    const five = Array.from({ length: 5 }, () => {
      const letter = letters[word % 85] ?? '';
      word = Math.floor(word / 85);
      return letter;
    });
    text += five.reverse().join('');
  }
  return text;
}

function literal(content: Buffer): string[] {
  const packed = deflateSync(content);
  const lines = Array.from({ length: Math.ceil(packed.length / 52) }, (_, at) =>
    base85Line(packed.subarray(at * 52, at * 52 + 52)),
  );
  return [`literal ${content.length}`, ...lines, ''];
}

const binaryFile = (content: Buffer) => {
  const object = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
  const names = `index ${'0'.repeat(40)}..${createHash('sha1').update(object).digest('hex')}`;
  const head = ['diff --git a/big b/big', 'new file mode 100644', names, 'GIT binary patch'];
  return [...head, ...literal(content), ...literal(Buffer.alloc(0)), ''].join('\n');
};

test('a few bytes that ask for much memory are refused, a file of a sensible size is not', async () => {
  const { headSha } = await publish(binaryFile(Buffer.alloc(1_000_000)));
  expect(await gitIn(repository.folder, ['cat-file', '-s', `${headSha}:big`])).toBe('1000000\n');
  await expect(publish(binaryFile(Buffer.alloc(300_000_000)))).rejects.toMatchObject({
    code: 'git-refused',
    details: { said: expect.stringContaining('over limit') },
  });
});

test('names that git would take for options or other references are refused before git sees them', async () => {
  const diff = newFile('a', 'x');
  for (const branch of ['--upload-pack=touch x', '-f', 'a..b', 'x:main', 'a b', 'refs/heads/x\nmain'])
    await expect(publish(diff, { branch })).rejects.toMatchObject({
      code: expect.stringMatching(/bad-input|git-refused/),
    });
  await expect(publish('', {})).rejects.toMatchObject({ code: 'git-refused' });
  expect(await branchCommit(repository.folder, 'main')).toBe(commit);
});

test('a message cannot say that somebody else made the commit', async () => {
  const message = 'change\n\0author Mallory <m@example.com> 0 +0000\n';
  const { headSha } = await publish(newFile('b', 'x'), { message });
  const [author, committer] = (
    await gitIn(repository.folder, ['show', '-s', '--format=%an <%ae>%n%cn <%ce>', headSha])
  ).split('\n');
  expect(author).toBe('Ada Lovelace <ada@example.com>');
  expect(committer).toBe('Reeve <reeve@reeve.test>');
});

test('a token that may only read pushes nothing, and the server’s words are shown', async () => {
  const readOnly = await seedGitRepository(
    services,
    { workspaceId, createdBy: 'Ada' },
    { url: `${github.origin}/ada/tools.git`, token: github.addDeployToken('ada/tools', 'read') },
  );
  const words = { message: 'x', title: 'x', body: '', isDraft: false, existing: null };
  const asked = {
    workspaceId,
    memberId,
    repositoryId: readOnly,
    base: { branch: 'main', commit },
    branch: 'denied',
    ...words,
  };
  await expect(publishDiff(services, { ...asked, diff: newFile('a', 'x') })).rejects.toMatchObject({
    code: 'git-refused',
    details: { said: expect.stringContaining('denied') },
  });
});

const seedAt = (url: string, token: string) =>
  seedGitRepository(services, { workspaceId, createdBy: 'Ada' }, { url, token });

const publishTo = (id: string) => {
  const words = { message: 'x', title: 'x', body: '', isDraft: false, existing: null };
  const asked = { workspaceId, memberId, repositoryId: id, base: { branch: 'main', commit }, branch: 'x', ...words };
  return publishDiff(services, { ...asked, diff: newFile('a', 'x') });
};

test('a server of long ago that gives out branches only, and no part of them, will do', async () => {
  github.addUser('grace');
  const old = await github.addRepository('grace/old', { files: { a: 'one\n' } });
  const base = (await branchCommit(old.folder, 'main')) ?? '';
  await github.push('grace/old', { branch: 'main', files: { b: 'two\n' }, by: 'grace' });
  old.isOld = true;
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowReachableSHA1InWant'])
    await gitIn(old.folder, ['config', setting, 'false']);
  const id = await seedAt(`${github.origin}/grace/old.git`, github.addDeployToken('grace/old', 'write'));
  const words = { message: 'x', title: 'x', body: '', isDraft: false, existing: null };
  const asked = {
    workspaceId,
    memberId,
    repositoryId: id,
    base: { branch: 'main', commit: base },
    branch: 'x',
    ...words,
  };
  const first = await publishDiff(services, { ...asked, diff: newFile('c', 'three') });
  expect(await gitIn(old.folder, ['ls-tree', '--name-only', first.headSha])).toBe('a\nc\n');
  const again = { ...asked, existing: { number: null, branch: 'x' }, diff: newFile('d', 'four') };
  const second = await publishDiff(services, again);
  expect((await gitIn(old.folder, ['rev-parse', `${second.headSha}^@`])).trim()).toBe(first.headSha);
});

test('a server whose certificate nobody trusts is told no token', async () => {
  const impostor = await startGithub();
  const id = await seedAt(`${impostor.origin}/ada/tools.git`, 'the deploy token');
  vi.stubEnv('GIT_SSL_NO_VERIFY', '1');
  await expect(publishTo(id)).rejects.toMatchObject({
    code: 'git-server-failed',
    details: { said: expect.stringMatching(/certificate/i) },
  });
  expect(impostor.requests).toEqual([]);
  await impostor.close();
});

test('addresses of a machine’s own cloud are not called', async () => {
  await expect(publishTo(await seedAt('https://169.254.169.254/x.git', 't'))).rejects.toThrow('not an address');
});

test('what a killed process left behind is removed', async () => {
  const [old, young] = [join(temporary, 'reeve-git-old'), join(temporary, 'reeve-git-young')];
  for (const folder of [old, young]) await mkdir(folder);
  const yesterday = new Date(Date.now() - 86_400_000);
  await utimes(old, yesterday, yesterday);
  await publish(newFile('c', 'x'));
  expect(await readdir(temporary)).toEqual(['reeve-git-young']);
  await rm(young, { recursive: true });
});

test('without the program git it says what to install', async () => {
  const path = process.env.PATH;
  vi.stubEnv('PATH', temporary);
  await expect(publish(newFile('e', 'x'))).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('git is not installed'),
  });
  vi.stubEnv('PATH', path);
});
