import { once } from 'node:events';
import { rmSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { packFolders, takeSnapshot } from './pack-folders.ts';
import { ArchiveTooLarge, unpackFolders } from './unpack-folders.ts';

const folder = await mkdtemp(join(tmpdir(), 'reeve-folders-'));
let [from, to, outside] = ['', '', ''];
beforeEach(async () => {
  for (const name of ['from', 'to', 'outside']) {
    await rm(join(folder, name), { recursive: true, force: true });
    await mkdir(join(folder, name));
  }
  [from, to, outside] = ['from', 'to', 'outside'].map((name) => join(folder, name)) as [string, string, string];
  await writeFile(join(outside, 'kept'), 'kept');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('folders arrive as they were, with modes, times and links', async () => {
  const long = `${'long-name-'.repeat(18)}/ümläut`;
  await mkdir(join(from, long, '..'), { recursive: true });
  await writeFile(join(from, long), 'x'.repeat(70_000));
  await writeFile(join(from, 'run'), '#!', { mode: 0o755 });
  await writeFile(join(from, 'empty'), '');
  await utimes(join(from, 'run'), 1_000_000, 1_000_000);
  await symlink('/etc/passwd', join(from, 'link'));
  await mkdir(join(from, 'closed'));
  await writeFile(join(from, 'closed/in'), 'in');
  await chmod(join(from, 'closed'), 0o555);
  await unpackFolders(packFolders({ it: from }), { it: to });
  expect(await readFile(join(to, long), 'utf8')).toBe('x'.repeat(70_000));
  const run = await lstat(join(to, 'run'));
  expect([run.mode & 0o777, run.mtimeMs]).toEqual([0o755, 1_000_000_000]);
  expect(await readlink(join(to, 'link'))).toBe('/etc/passwd');
  expect(await readFile(join(to, 'closed/in'), 'utf8')).toBe('in');
  expect((await lstat(join(to, 'closed'))).mode & 0o777).toBe(0o555);
});

test('afterwards only what changed is sent, and what is gone goes', async () => {
  for (const name of ['same', 'changed', 'gone']) await writeFile(join(from, name), name);
  await mkdir(join(from, 'was-folder'));
  await writeFile(join(from, 'was-folder/x'), 'x');
  await unpackFolders(packFolders({ it: from }), { it: to });
  const before = await takeSnapshot({ it: from });
  const same = (await lstat(join(to, 'same'))).ino;
  await writeFile(join(from, 'changed'), 'CHANGED');
  // With its time set back, as who would hide it does.
  await utimes(join(from, 'changed'), 1, 1);
  await rm(join(from, 'gone'));
  await rm(join(from, 'was-folder'), { recursive: true });
  await writeFile(join(from, 'was-folder'), 'a file now');
  const archive = await buffer(packFolders({ it: from }, before));
  expect(archive.includes('it/same')).toBe(false);
  await unpackFolders(Readable.from([archive]), { it: to });
  expect((await readdir(to)).sort()).toEqual(['changed', 'same', 'was-folder']);
  expect(await readFile(join(to, 'changed'), 'utf8')).toBe('CHANGED');
  expect(await readFile(join(to, 'was-folder'), 'utf8')).toBe('a file now');
  expect((await lstat(join(to, 'same'))).ino).toBe(same);
});

type Entry = Pick<Header, 'name'> & Partial<Header> & { content?: string };

/** As a task would make one that took its keeper over. */
function archiveOf(entries: readonly Entry[], deleted: readonly string[] = []): Readable {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.entry({ name: 'deleted.json' }, JSON.stringify(deleted));
  tar.finalize();
  return tar as unknown as Readable;
}

test.each<[string, Entry[], string[]]>([
  ['a name that goes up', [{ name: 'it/../outside/made', type: 'file', content: 'x' }], []],
  ['an absolute name', [{ name: '/etc/made', type: 'file', content: 'x' }], []],
  // As bytes, these letters are dots.
  ['a name that goes up as bytes', [{ name: 'it/\u012e\u012e/outside/made', type: 'file', content: 'x' }], []],
  ['a link that is no bytes', [{ name: 'it/link', type: 'symlink', linkname: '\u012e\u012e' }], []],
  ['another root', [{ name: 'constructor/made', type: 'file', content: 'x' }], []],
  ['a hard link', [{ name: 'it/hard', type: 'link', linkname: '/etc/passwd' }], []],
  ['a device', [{ name: 'it/device', type: 'character-device' }], []],
  ['a root that becomes a link', [{ name: 'it', type: 'symlink', linkname: '/etc' }], []],
  ['a name to delete that goes up', [], ['it/../outside/kept']],
])('%s is refused', async (_what, entries, deleted) => {
  await expect(unpackFolders(archiveOf(entries, deleted), { it: to })).rejects.toThrow(/an archive with/);
  expect(await readdir(outside)).toEqual(['kept']);
  expect((await lstat(to)).isDirectory()).toBe(true);
});

test('nothing is written or removed through a link', async () => {
  await symlink(outside, join(to, 'door'));
  await chmod(join(outside, 'kept'), 0o600);
  await unpackFolders(archiveOf([], ['it/door/kept']), { it: to });
  expect(await readdir(outside)).toEqual(['kept']);
  const entries: Entry[] = [
    { name: 'it/trap', type: 'symlink', linkname: outside },
    { name: 'it/trap/made', type: 'file', content: 'x' },
    { name: 'it/door', type: 'file', content: 'y' },
    { name: 'it/mode', type: 'directory', mode: 0o777 },
    { name: 'it/mode', type: 'symlink', linkname: join(outside, 'kept') },
    { name: 'it/below', type: 'directory' },
    { name: 'it/below/kept', type: 'directory', mode: 0o777 },
    { name: 'it/below', type: 'symlink', linkname: outside },
  ];
  await unpackFolders(archiveOf(entries), { it: to });
  expect(await readdir(outside)).toEqual(['kept']);
  expect(await readFile(join(to, 'trap/made'), 'utf8')).toBe('x');
  expect(await readFile(join(outside, 'kept'), 'utf8')).toBe('kept');
  expect((await lstat(join(outside, 'kept'))).mode & 0o777).toBe(0o600);
});

test('half an archive is an error', async () => {
  await writeFile(join(from, 'big'), 'x'.repeat(100_000));
  const whole = await buffer(packFolders({ it: from }));
  await expect(unpackFolders(Readable.from([whole.subarray(0, 50_000)]), { it: to })).rejects.toThrow();
  await expect(unpackFolders(Readable.from([]), { it: to })).rejects.toThrow();
  // Broken off between two files, where nothing is half there.
  await writeFile(join(from, 'little'), 'x'.repeat(400));
  const two = await buffer(packFolders({ it: from }));
  const end = two.indexOf('deleted.json');
  await expect(unpackFolders(Readable.from([two.subarray(0, end)]), { it: to })).rejects.toThrow('ended early');
});

const bytes = (...parts: (string | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const odd = Buffer.from('caf\xe9', 'latin1');

test('names and targets of links arrive byte by byte, whether they are UTF-8 or not', async () => {
  const made = bytes(from, '/', odd);
  await mkdir(made);
  await mkdir(bytes(made, '/\n in', odd));
  await writeFile(bytes(made, '/\n in', odd, '/', odd, '.txt'), 'odd');
  await writeFile(join(from, 'ümläut-日本'), 'not odd');
  await symlink(bytes(odd, '/nowhere'), bytes(from, '/link'));
  await writeFile(bytes(from, '/', odd, '.gone'), '');
  await unpackFolders(packFolders({ it: from }), { it: to });
  const before = await takeSnapshot({ it: from });
  expect((await readdir(to, { encoding: 'buffer' })).map(String).sort()).toEqual(
    (await readdir(from, { encoding: 'buffer' })).map(String).sort(),
  );
  expect(await readFile(bytes(to, '/', odd, '/\n in', odd, '/', odd, '.txt'), 'utf8')).toBe('odd');
  expect(await readFile(join(to, 'ümläut-日本'), 'utf8')).toBe('not odd');
  expect(await readlink(bytes(to, '/link'), 'buffer')).toEqual(bytes(odd, '/nowhere'));
  // And they can be taken away again, out of a folder that is read-only.
  await chmod(bytes(to, '/', odd, '/\n in', odd), 0o500);
  await rm(made, { recursive: true });
  await rm(bytes(from, '/', odd, '.gone'));
  await unpackFolders(packFolders({ it: from }, before), { it: to });
  expect((await readdir(to)).sort()).toEqual(['link', 'ümläut-日本']);
});

test.each([1, 2, 3, 4, 5, 6, 7])('what vanishes at any moment is not there (%i)', async (moment) => {
  await mkdir(join(from, 'folder'));
  for (const name of ['folder/file', 'file']) await writeFile(join(from, name), 'x');
  let looked = 0;
  const roots = {
    // Asked for before each look at the disk.
    get it() {
      looked += 1;
      if (looked === moment) for (const name of ['folder', 'file']) rmSync(join(from, name), { recursive: true });
      return from;
    },
  };
  await takeSnapshot(roots);
  await unpackFolders(packFolders({ it: from }), { it: to });
  expect(await readdir(to)).toEqual([]);
});

test('what vanishes before it is sent is not there, and a folder that never was is an error', async () => {
  for (const name of ['from', 'outside']) await writeFile(join(folder, name, 'big'), Buffer.alloc(3_000_000));
  const [last, target] = [join(folder, 'last'), join(folder, 'target')];
  for (const path of [last, target]) await mkdir(path);
  await writeFile(join(last, 'gone'), 'x');
  await unpackFolders(packFolders({ it: from, last }), { it: to, last: target });
  const before = await takeSnapshot({ it: from, last });
  await writeFile(join(from, 'big'), Buffer.alloc(3_000_001));
  await writeFile(join(last, 'gone'), 'xx');
  const archive = packFolders({ it: from, last }, before);
  // Everything is known, and the first file is on its way: it does not go on until somebody reads.
  await once(archive, 'readable');
  await rm(join(last, 'gone'));
  await unpackFolders(archive, { it: to, last: target });
  expect(await readdir(target)).toEqual([]);
  await expect(unpackFolders(packFolders({ it: join(from, 'never') }), { it: to })).rejects.toThrow('ENOENT');
});

test('an archive that is larger than it may be is refused before it is all there', async () => {
  await writeFile(join(from, 'long'), Buffer.alloc(5_000_000, 1));
  const refused = unpackFolders(packFolders({ it: from }), { it: to }, { most: 1_000_000 });
  await expect(refused).rejects.toThrow(ArchiveTooLarge);
  expect((await lstat(join(to, 'long'))).size).toBeLessThanOrEqual(1_000_000);
});

test('a folder without any right is sent as one', async () => {
  await mkdir(join(from, 'shut'));
  await writeFile(join(from, 'shut/closed'), '1', { mode: 0 });
  await chmod(join(from, 'shut'), 0);
  await unpackFolders(packFolders({ it: from }), { it: to });
  expect((await lstat(join(to, 'shut'))).mode & 0o777).toBe(0);
  await chmod(join(to, 'shut'), 0o700);
  expect((await lstat(join(to, 'shut/closed'))).mode & 0o777).toBe(0);
});
