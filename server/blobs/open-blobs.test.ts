import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listDataFiles } from '#server/backup/data-files.ts';
import { resealSecrets } from '#server/sealed-columns.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());

const read = async (name: string) => {
  const found = await services.blobs.get(name);
  if (!found) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of found.content) chunks.push(chunk);
  return { ...found, content: Buffer.concat(chunks) };
};
const save = async (name: string, content: Buffer) => {
  const written = await services.blobs.put(name, [content]);
  await services.db.transaction().execute((tx) => services.blobs.keep(tx, written, new Date()));
  return written;
};
const namesBelow = async (prefix: string) => {
  const names: string[] = [];
  for await (const { name } of services.blobs.list(prefix)) names.push(name);
  return names;
};
const filesOnDisk = async () =>
  (await readdir(services.blobsFolder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
/** Well after everything that is on the disk now. */
const later = () => new Date(Date.now() + 60_000);

test('a blob comes back with its size and hash, is encrypted on the disk and never replaced', async () => {
  const content = Buffer.from(`{"prompt":"secret words"}\n`.repeat(10_000));
  await save('logs/ws_1/one.jsonl', content);
  const found = await read('logs/ws_1/one.jsonl');
  expect(found?.content.equals(content)).toBe(true);
  expect(found).toMatchObject({
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  expect((await readFile(join(services.blobsFolder, 'logs/ws_1/one.jsonl'))).includes('secret words')).toBe(false);
  await expect(services.blobs.put('logs/ws_1/one.jsonl', [Buffer.from('other')])).rejects.toThrow('EEXIST');
  expect((await read('logs/ws_1/one.jsonl'))?.content.equals(content)).toBe(true);
  expect(await readdir(join(services.blobsFolder, '_drafts'))).toEqual([]);
  for (const name of ['../out', '/etc/passwd', 'a//b', '_drafts/x', 'Ä', '', 'a/../b'])
    await expect(services.blobs.put(name, [])).rejects.toThrow('is no name for a blob');
});

test('what was never kept cannot be read and is swept; what is kept stays', async () => {
  await save('kept/a', Buffer.from('a'));
  await services.blobs.put('unkept/b', [Buffer.from('b')]);
  expect(await read('unkept/b')).toBeNull();
  expect(await services.blobs.sweep({ olderThan: new Date(0) })).toBe(0);
  expect(await services.blobs.sweep({ olderThan: later() })).toBe(1);
  expect((await read('kept/a'))?.content.toString()).toBe('a');
});

test('a transaction that fails keeps nothing, and nothing that was swept is kept', async () => {
  const written = await services.blobs.put('kept/c', [Buffer.from('c')]);
  const failing = services.db.transaction().execute(async (tx) => {
    await services.blobs.keep(tx, written, new Date());
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  expect(await read('kept/c')).toBeNull();
  await services.blobs.sweep({ olderThan: later() });
  await expect(services.blobs.keep(services.db, written, new Date())).rejects.toThrow('swept before it was kept');
});

test('without its key no copy of a file can be read', async () => {
  const content = randomBytes(100_000);
  await save('erased/d', content);
  const copy = await readFile(join(services.blobsFolder, 'erased/d'));
  await services.db.transaction().execute((tx) => services.blobs.forget(tx, 'erased/d'));
  expect(await read('erased/d')).toBeNull();
  await services.blobs.sweep({ olderThan: later() });
  expect(await filesOnDisk()).not.toContain('d');
  // The copy is put back, as from a backup of the files.
  await save('erased/e', content);
  await writeFile(join(services.blobsFolder, 'erased/e'), copy);
  await expect(read('erased/e')).rejects.toThrow('the blob erased/e cannot be read');
  await services.blobs.remove('erased/e');
  expect(await filesOnDisk()).not.toContain('e');
  await services.blobs.remove('erased/e');
});

test('a file that is swapped with another, missing or cut short is noticed', async () => {
  await save('swap/a', Buffer.from('one'));
  await save('swap/b', Buffer.from('two'));
  const path = (name: string) => join(services.blobsFolder, 'swap', name);
  const before = await services.blobs.findDamaged(5);
  expect(before.damaged).toEqual([]);
  await writeFile(path('a'), await readFile(path('b')));
  await expect(read('swap/a')).rejects.toThrow('sealed with another key');
  await writeFile(path('a'), '');
  await services.blobs.remove('swap/b');
  await save('swap/c', Buffer.from('three'));
  await writeFile(path('c'), (await readFile(path('c'))).subarray(0, 20));
  expect(await services.blobs.findDamaged(5)).toEqual({ total: before.total, damaged: ['swap/a', 'swap/c'] });
  await expect(read('swap/c')).rejects.toThrow('cut short');
  // The keys of two files exchanged in the database.
  await save('swap/d', Buffer.from('four'));
  await save('swap/e', Buffer.from('five'));
  const [d, e] = await Promise.all(
    ['swap/d', 'swap/e'].map((name) =>
      services.db.selectFrom('blobs').selectAll().where('name', '=', name).executeTakeFirstOrThrow(),
    ),
  );
  await services.db
    .updateTable('blobs')
    .set({ sealed_key: e?.sealed_key ?? '' })
    .where('name', '=', 'swap/d')
    .execute();
  await services.db
    .updateTable('blobs')
    .set({ sealed_key: d?.sealed_key ?? '' })
    .where('name', '=', 'swap/e')
    .execute();
  await expect(read('swap/d')).rejects.toThrow('was sealed for another place');
  for (const name of ['a', 'c', 'd', 'e']) await services.blobs.remove(`swap/${name}`);
});

test('names are listed in order, over many pages', async () => {
  const names = Array.from({ length: 510 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
  for (const name of names) await save(name, Buffer.from(name));
  expect(await namesBelow('many/')).toEqual(names);
  expect(await namesBelow('many/0_')).toEqual([]);
  // The keys are sealed columns: a rotation reaches every page of them.
  expect(await resealSecrets(services.db, services.secrets)).toBe(0);
  const everyKey = { ...services.secrets, needsReseal: () => true };
  expect(await resealSecrets(services.db, everyKey)).toBeGreaterThan(510);
  expect((await read('many/0509'))?.content.toString()).toBe('many/0509');
});

const childCode = (folder: string, content: string) => `
  import { randomBytes } from 'node:crypto';
  import { openBlobs } from '#server/blobs/open-blobs.ts';
  import { openBlobFolder } from '#server/blobs/blob-folder.ts';
  const secrets = { seal: async () => 'sealed' };
  const blobs = openBlobs({ db: null, secrets, place: openBlobFolder(${JSON.stringify(folder)}) });
  ${content}`;
const root = join(import.meta.dirname, '..', '..');

test('a process that is killed while it writes leaves no half file, only a draft that is swept and never backed up', async () => {
  const folder = join(services.blobsFolder, 'inner', 'blobs');
  await mkdir(folder, { recursive: true });
  const endless = `
    async function* endless() {
      yield randomBytes(300_000);
      console.log('written');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    await blobs.put('crash/a', endless());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', childCode(folder, endless)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const inDrafts = () => readdir(join(folder, '_drafts')).catch(() => []);
  while ((await inDrafts()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await readdir(join(folder, 'crash'))).toEqual([]);
  const [draft = ''] = await inDrafts();
  expect(await listDataFiles(join(folder, '..'), { withKeys: false })).toEqual([]);
  const longAgo = new Date(Date.now() - 86_400_000);
  await utimes(join(folder, '_drafts', draft), longAgo, longAgo);
  // Below this test's own folder, so that its sweep finds it too.
  expect(await services.blobs.sweep({ olderThan: new Date(Date.now() - 3_600_000) })).toBe(1);
  expect(await inDrafts()).toEqual([]);
});

test('a disk that takes no more fails the write and keeps nothing of it', async () => {
  const folder = join(services.blobsFolder, 'full');
  const write = `
    await blobs.put('full/a', [randomBytes(3_000_000)]).then(
      () => console.log('written'),
      (error) => console.log(error.code),
    );`;
  // No disk can be filled here; a limit on the size of files fails the same call, after a part was written.
  const child = spawn(
    'sh',
    ['-c', 'ulimit -f 1024; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', childCode(folder, write)],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  expect((await text(child.stdout)).trim()).toBe('EFBIG');
  const left = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(left).toEqual([]);
});
