import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { answerGit, type GitHttpServer, makeRepository, startGitHttp } from '#testing/servers/git-http.ts';
import { applyStartingDiff, checkOut, giveGitFolder, type WorkPlace } from './check-out.ts';
import { fetchSource, forgetSource, keepTidy, type Source, tidyStores } from './fetch-source.ts';
import { runGit } from './run-git.ts';
import { DiffTooLarge, type Touched, takeDiff, whatIsTouched } from './take-diff.ts';

let folder: string;
let server: GitHttpServer;
let commits: string[];
const signal = new AbortController().signal;
beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-git-');
  await mkdir(join(folder, 'repositories'));
  commits = makeRepository(join(folder, 'served/app.git'), [
    { 'a.txt': 'one\n', 'dir/b.txt': 'two\n', '.gitignore': 'ignored/\n', old: 'old\n' },
    { 'a.txt': 'ONE\n', old: null, link: '-> a.txt' },
  ]);
  server = await startGitHttp(join(folder, 'served'));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

let count = 0;
interface Opened {
  source: Source;
  place: WorkPlace;
  work: string;
  attempt: string;
}
async function open(
  commit: string | null = null,
  from?: Partial<Opened> & {
    commit?: string;
    url?: string;
    repository?: string;
    signal?: AbortSignal;
    silenceSeconds?: number;
  },
): Promise<Opened> {
  count += 1;
  const attempt = join(folder, `attempt-${count}`);
  const work = from?.work ?? join(attempt, 'work');
  await mkdir(attempt);
  await mkdir(work, { recursive: true });
  const source = await fetchSource(
    { repositories: join(folder, 'repositories'), attempt },
    {
      attemptId: `a${count}`,
      url: from?.url ?? `${server.url}/app.git`,
      headers: [],
      authorityFile: null,
      repository: from?.repository ?? 'corp/app',
      branch: 'main',
      commit,
      ...(from?.silenceSeconds === undefined ? {} : { silenceSeconds: from.silenceSeconds }),
      signal: from?.signal ?? signal,
    },
  );
  const indexFile = join(attempt, 'index');
  const place = await checkOut({ source, indexFile, workTree: work, cachedCommit: from?.commit ?? null, signal });
  return { source, place, work, attempt };
}

const diffOf = async (opened: Opened, touched: Touched = new Map(), mostBytes = 1_000_000) => {
  const { diff, ...rest } = await takeDiff(opened.place, { base: opened.source.commit, touched, mostBytes });
  return { text: diff.toString(), ...rest };
};

test('an agent gets the commit, a git folder with its history and an origin', async () => {
  const opened = await open();
  expect(opened.source.commit).toBe(commits[1]);
  await giveGitFolder({
    ...{ source: opened.source, workTree: opened.work, scratch: opened.attempt, branch: 'odd/"quoted"#;=', signal },
    remoteUrl: 'https://git.corp.test/corp/app.git#"x"',
  });
  const git = (...args: string[]) => execFileSync('git', ['-C', opened.work, ...args], { encoding: 'utf8' });
  expect(git('log', '--format=%s')).toBe('commit 2\ncommit 1\n');
  expect(git('status', '--porcelain', '--branch')).toBe('## odd/"quoted"#;=...origin/odd/"quoted"#;=\n');
  expect(git('remote', 'get-url', 'origin')).toBe('https://git.corp.test/corp/app.git#"x"\n');
  expect(git('config', 'user.name')).toBe('Codex\n');
  expect(git('diff-files')).toBe('');
  expect((await lstat(join(opened.work, 'link'))).isSymbolicLink()).toBe(true);
  expect((await diffOf(opened)).text).toBe('');
});

test('an older commit can be asked for, and its folder becomes another commit’s while what set-up added stays', async () => {
  const older = await open(commits[0] ?? '');
  expect(await readFile(join(older.work, 'a.txt'), 'utf8')).toBe('one\n');
  await writeFile(join(older.work, 'built'), 'by set-up');
  await writeFile(join(older.work, 'a.txt'), 'changed by set-up');
  const newer = await open(null, { ...older, commit: older.source.commit });
  expect(await readFile(join(newer.work, 'a.txt'), 'utf8')).toBe('ONE\n');
  expect(existsSync(join(newer.work, 'old'))).toBe(false);
  expect(await readFile(join(newer.work, 'built'), 'utf8')).toBe('by set-up');
  const touched = await whatIsTouched(newer.place);
  await writeFile(join(newer.work, 'dir/new.txt'), 'new\n');
  const { text } = await diffOf(newer, touched);
  expect(text).toContain('+++ b/dir/new.txt');
  expect(text).not.toContain('built');
});

test('changes that a task begins with are in its diff, what is ignored is not, and the diff applies', async () => {
  const opened = await open();
  const diff = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-ONE\n+first\n';
  await applyStartingDiff(opened.place, Buffer.from(diff), signal);
  await mkdir(join(opened.work, 'ignored'));
  await writeFile(join(opened.work, 'ignored/x'), 'x');
  await writeFile(join(opened.work, 'dir/b.txt'), Buffer.from([0, 1, 2, 255]));
  await rm(join(opened.work, 'link'));
  const { text } = await diffOf(opened);
  expect(text).toContain('+first');
  expect(text).toContain('GIT binary patch');
  expect(text).not.toContain('ignored/x');
  const again = await open();
  await applyStartingDiff(again.place, Buffer.from(text), signal);
  expect(existsSync(join(again.work, 'link'))).toBe(false);
  await expect(applyStartingDiff(again.place, Buffer.from(text), signal)).rejects.toThrow('patch');
});

test('they are written into the repository’s folder alone, whatever links set-up left there', async () => {
  const opened = await open();
  const outside = join(opened.attempt, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'there'), 'of the host\n');
  await symlink(outside, join(opened.work, 'build'));
  await writeFile(join(opened.work, 'untracked'), 'of set-up\n');
  const added = (path: string, text: string) =>
    `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${text}\n`;
  const gone =
    'diff --git a/dir/b.txt b/dir/b.txt\ndeleted file mode 100644\n--- a/dir/b.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-two\n';
  const diff = `${added('build/new', 'new')}${added('build/there', 'of the task')}${added('untracked', 'of the task')}${gone}`;
  await applyStartingDiff(opened.place, Buffer.from(diff), signal);
  expect(await readdir(outside)).toEqual(['there']);
  expect(await readFile(join(outside, 'there'), 'utf8')).toBe('of the host\n');
  expect((await lstat(join(opened.work, 'build'))).isDirectory()).toBe(true);
  expect(await readFile(join(opened.work, 'build/there'), 'utf8')).toBe('of the task\n');
  expect(await readFile(join(opened.work, 'untracked'), 'utf8')).toBe('of the task\n');
  expect(existsSync(join(opened.work, 'dir/b.txt'))).toBe(false);
  const { text } = await diffOf(opened);
  for (const path of ['build/new', 'build/there', 'untracked']) expect(text).toContain(`+++ b/${path}`);
  expect(text).toContain('deleted file mode 100644');
});

test('nothing that a container writes makes git start a program, read another place, or hide a change', async () => {
  const opened = await open();
  const mark = join(folder, 'started');
  const program = join(opened.work, 'evil.sh');
  await writeFile(program, `#!/bin/sh\ntouch ${mark}\ncat\n`, { mode: 0o755 });
  // A git folder and a nested one, both with every setting that starts a program.
  const evil = `[core]\n\tfsmonitor = ${program}\n\thooksPath = ${opened.work}\n\tattributesFile = ${opened.work}/.gitattributes\n[filter "x"]\n\tclean = ${program}\n\tsmudge = ${program}\n[diff]\n\texternal = ${program}\n[diff "x"]\n\ttextconv = ${program}\n`;
  for (const place of ['.git', 'nested/.git', 'dir/.git']) {
    await mkdir(join(opened.work, place), { recursive: true });
    execFileSync('git', ['init', '--quiet', join(opened.work, place, '..')]);
    await writeFile(join(opened.work, place, 'config'), evil);
  }
  await writeFile(join(opened.work, '.gitattributes'), '* filter=x diff=x\nhidden -diff\n');
  await writeFile(join(opened.work, 'hidden'), 'plain to see\n');
  await writeFile(join(folder, 'host-secret'), 'HOST SECRET\n');
  await symlink(join(folder, 'host-secret'), join(opened.work, 'out'));
  await rm(join(opened.work, 'dir'), { recursive: true });
  await symlink(folder, join(opened.work, 'dir'));
  const { text, leftOut } = await diffOf(opened);
  expect(existsSync(mark)).toBe(false);
  expect(text).not.toContain('HOST SECRET');
  expect(text).toContain('+plain to see');
  expect(text).toContain('deleted file mode 100644');
  expect(text).toMatch(/new file mode 120000[\s\S]*out/);
  expect(leftOut).toEqual(['nested/']);
});

test('a pipe where git reads a file does not keep it waiting, and a file that became one is gone', async () => {
  const opened = await open();
  const script = 'mkfifo .gitattributes dir/.gitignore; mkdir -p n/.git/objects n/.git/refs; mkfifo n/.git/HEAD';
  execFileSync('bash', ['-c', `rm .gitignore; mkfifo .gitignore; ${script}; rm a.txt; mkfifo a.txt`], {
    cwd: opened.work,
  });
  const { text } = await diffOf(opened);
  expect(text.match(/^deleted file|^--- .*/gm)).toEqual([
    'deleted file',
    '--- a/.gitignore',
    'deleted file',
    '--- a/a.txt',
  ]);
});

test('texts in another encoding are taken as bytes and arrive as they were; names in another one are left out by name', async () => {
  const opened = await open();
  const latin = Buffer.from('caf\xe9\n', 'latin1');
  const odd = Buffer.concat([Buffer.from(`${opened.work}/`), Buffer.from('caf\xe9.txt', 'latin1')]);
  const byset = Buffer.concat([Buffer.from(`${opened.work}/`), Buffer.from('set\xfc.txt', 'latin1')]);
  await writeFile(byset, 'by set-up\n');
  const touched = await whatIsTouched(opened.place);
  await writeFile(odd, 'x\n');
  await writeFile(join(opened.work, 'a.txt'), latin);
  const names = ['dir/*"\\[a] \u00fc.txt', ' b', 'tab\tname'];
  for (const name of names) await writeFile(join(opened.work, name), latin);
  await writeFile(join(opened.work, 'plain.txt'), 'plain \u00fc\n');
  const { text, oddNames } = await diffOf(opened, touched);
  expect(oddNames).toEqual(['"caf\\351.txt"']);
  expect(text).not.toContain('\ufffd');
  expect(text).toContain('+plain \u00fc');
  expect(text.match(/^GIT binary patch/gm)).toHaveLength(4);
  const again = await open();
  await applyStartingDiff(again.place, Buffer.from(text), signal);
  for (const name of ['a.txt', ...names]) expect(await readFile(join(again.work, name))).toEqual(latin);
});

test('a file that became a link does not shift which file is taken as bytes', async () => {
  const opened = await open();
  await rm(join(opened.work, 'a.txt'));
  await symlink('dir/b.txt', join(opened.work, 'a.txt'));
  const latin = Buffer.from('caf\xe9\n', 'latin1');
  await writeFile(join(opened.work, 'latin.txt'), latin);
  await writeFile(join(opened.work, 'plain.txt'), 'plain\n');
  const { text } = await diffOf(opened);
  expect(text).not.toContain('\ufffd');
  expect(text).toContain('+plain\n');
  const again = await open();
  await applyStartingDiff(again.place, Buffer.from(text), signal);
  expect(await readFile(join(again.work, 'latin.txt'))).toEqual(latin);
});

test('a change that is too large is not taken', async () => {
  const opened = await open();
  await writeFile(join(opened.work, 'large'), 'x\n'.repeat(10_000));
  await expect(diffOf(opened, new Map(), 5_000)).rejects.toThrow(DiffTooLarge);
  await writeFile(join(opened.work, 'large'), 'x\n'.repeat(100_000));
  await expect(diffOf(opened, new Map(), 5_000)).rejects.toThrow(DiffTooLarge);
});

test('names without end are a change that is too large, whoever made the files', async () => {
  const opened = await open();
  for (let at = 0; at < 20; at += 1) await writeFile(join(opened.work, `file-${at}`), '');
  const place = { ...opened.place, signal, mostListBytes: 100 };
  await expect(whatIsTouched(place)).rejects.toThrow(DiffTooLarge);
  const limits = { base: opened.source.commit, touched: new Map(), mostBytes: 5_000 };
  await expect(takeDiff(place, limits)).rejects.toThrow(DiffTooLarge);
});

const stores = () => join(folder, 'repositories');
const forgetAll = async () => {
  for (let at = 1; at <= count; at += 1) await forgetSource(stores(), { repository: 'corp/app', attemptId: `a${at}` });
};
/** Small fetches are kept as single files, large ones as packs. */
const objects = async (store: string) => {
  const entries = await readdir(join(store, 'objects'), { withFileTypes: true, recursive: true });
  return entries.filter((one) => one.isFile() && /^[0-9a-f]{38}$|\.pack$/.test(one.name)).map(({ name }) => name);
};

test('what a killed git left is tidied up', async () => {
  const opened = await open();
  await forgetAll();
  const leftovers = [
    'shallow.lock',
    'refs/reeve/a1.lock',
    'objects/pack/tmp_pack_x',
    'objects/pack/.tmp-7-pack-x',
    'gc.pid',
  ];
  await mkdir(join(opened.source.store, 'refs/reeve'), { recursive: true });
  for (const name of leftovers) await writeFile(join(opened.source.store, name), '');
  await tidyStores(stores());
  expect(leftovers.filter((name) => existsSync(join(opened.source.store, name)))).toEqual([]);
  expect((await open()).source.commit).toBe(commits[1]);
  await forgetAll();
  await tidyStores(stores(), { now: Date.now() + 15 * 86_400_000 });
  expect(existsSync(opened.source.store)).toBe(false);
});

test('a store is tidied up again and again while the runner lives, and never while an attempt uses it', async () => {
  const { source } = await open();
  const other = await open(commits[0]);
  await forgetSource(stores(), { repository: 'corp/app', attemptId: `a${count - 1}` });
  const before = await objects(source.store);
  expect(before).not.toEqual([]);
  const tidyAll = () => tidyStores(stores(), { now: Date.now() + 15 * 86_400_000 });
  await tidyAll();
  expect(await objects(source.store)).toEqual(before);
  await giveGitFolder({
    ...{
      source: other.source,
      workTree: other.work,
      scratch: other.attempt,
      branch: 'main',
      remoteUrl: 'https://x.test/',
      signal,
    },
  });
  expect((await diffOf(other)).text).toBe('');
  await forgetAll();
  const usedAt = new Date('2026-01-02T03:04:05Z');
  await utimes(source.store, usedAt, usedAt);
  const said: string[] = [];
  await tidyStores(stores(), { now: usedAt.getTime() });
  // What the branch was last is kept, in one pack.
  expect(await objects(source.store)).toEqual([expect.stringMatching(/\.pack$/)]);
  // Being tidied is no use of it, after which it would be kept for longer.
  expect((await stat(source.store)).mtime).toEqual(usedAt);
  const stop = keepTidy(stores(), (line) => said.push(line), 20);
  // Older than stores are kept.
  await expect.poll(() => existsSync(source.store)).toBe(false);
  stop();
  expect(said).toEqual([]);
  expect((await open()).source.commit).toBe(commits[1]);
});

test('whatever a fetch left when it ended early, its attempt leaves no name and no use behind', async () => {
  const { source } = await open();
  await expect(open('0'.repeat(40))).rejects.toThrow(/git fetch ended/);
  await writeFile(`${join(source.store, source.ref)}.lock`, '');
  await forgetAll();
  expect((await runGit(['for-each-ref', 'refs/reeve'], { gitDir: source.store })).toString()).toBe('');
  await tidyStores(stores(), { now: Date.now() + 15 * 86_400_000 });
  expect(existsSync(source.store)).toBe(false);
});

test('a fetch that is ended takes its locks and its programs along; the next one works', async () => {
  const { source } = await open();
  const lock = join(source.store, 'shallow.lock');
  const stopped = new AbortController();
  // It says what there is, and never sends it.
  const silent = createServer((request, response) => {
    if (request.method === 'GET') return answerGit(server.folder, '/app.git/info/refs', request, response);
    request.resume();
    stopped.abort(new Error('cancelled'));
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const gone = new Promise((resolve) => silent.once('connection', (socket) => socket.once('close', resolve)));
  const fetching = open(null, { url: `http://127.0.0.1:${port}/app.git`, signal: stopped.signal });
  await expect(fetching).rejects.toThrow('cancelled');
  await gone;
  silent.close();
  await writeFile(lock, '');
  await writeFile(join(source.store, 'objects/pack/tmp_pack_x'), '');
  expect((await open()).source.commit).toBe(commits[1]);
  expect(existsSync(join(source.store, 'objects/pack/tmp_pack_x'))).toBe(false);
});

test('a server that says nothing is not waited for', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close().closeAllConnections());
  const { port } = silent.address() as AddressInfo;
  const fetching = open(null, { url: `http://127.0.0.1:${port}/app.git`, repository: 'silent', silenceSeconds: 1 });
  await expect(fetching).rejects.toThrow(/git fetch ended.*too slow/s);
});

/** A repository with a large file, and how many bytes git is sent of it. */
async function openCountedServer(name: string) {
  const served = join(folder, `served/${name}.git`);
  const noise = randomBytes(100_000).toString('base64');
  makeRepository(served, [{ noise }]);
  let bytes = 0;
  const counting = createServer((request, response) => {
    const write = response.write.bind(response);
    response.write = ((part: Buffer) => {
      bytes += part.length;
      return write(part);
    }) as typeof response.write;
    answerGit(server.folder, new URL(request.url ?? '/', 'http://git').pathname, request, response);
  });
  await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void counting.close().closeAllConnections());
  const { port } = counting.address() as AddressInfo;
  return {
    /** Fetches as an attempt of its own, which is over then. @returns the bytes that it took */
    fetch: async () => {
      bytes = 0;
      await open(null, { url: `http://127.0.0.1:${port}/${name}.git`, repository: name });
      await forgetSource(stores(), { repository: name, attemptId: `a${count}` });
      return bytes;
    },
    commit: () => {
      const git = (...args: string[]) =>
        execFileSync('git', ['-C', served, '-c', 'user.name=Ada', '-c', 'user.email=ada@corp.test', ...args], {
          encoding: 'utf8',
        }).trim();
      const made = git('commit-tree', 'main^{tree}', '-p', 'main', '-m', 'more');
      git('update-ref', 'refs/heads/main', made);
    },
  };
}

test('the next attempt is sent only what is new since the last one, before and after tidying', async () => {
  const counted = await openCountedServer('corp-grown');
  const first = await counted.fetch();
  expect(first).toBeGreaterThan(100_000);
  for (const tidy of [async () => undefined, () => tidyStores(stores())]) {
    await tidy();
    counted.commit();
    expect(await counted.fetch()).toBeLessThan(10_000);
  }
  // A start believes nothing that the runner before left.
  await tidyStores(stores(), { isStart: true });
  expect(await counted.fetch()).toBeGreaterThan(100_000);
});

test('no more than twenty branches are kept', async () => {
  const { source } = await open();
  await forgetAll();
  const place = { gitDir: source.store };
  const others = Array.from({ length: 25 }, (_, at) => `create refs/kept/branch-${at} ${source.commit}\n`);
  await runGit(['update-ref', '--stdin'], { ...place, input: others.join('') });
  await tidyStores(stores());
  expect((await runGit(['for-each-ref', '--format=x'], place)).toString()).toBe('x\n'.repeat(20));
});

test('what cannot be fetched says so', async () => {
  await expect(open('0'.repeat(40))).rejects.toThrow(/git fetch ended/);
});
