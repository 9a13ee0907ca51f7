import { copyFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { beginRestore, finishRestore } from '#server/backup/restore-journal.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { type Installation, openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

const contentOf = async (folder: string) => (await readdir(folder).catch(() => [])).sort();

async function damaged(file: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = await readFile(file);
  change(bytes);
  const copy = `${file}.damaged`;
  await writeFile(copy, bytes);
  return copy;
}

async function expectRefused(reeve: Installation, args: string[], reason: RegExp) {
  const before = await contentOf(reeve.dataFolder);
  const refused = await reeve.run(['restore', ...args]);
  expect(refused.stderr).toMatch(reason);
  expect(refused.stderr).not.toContain('    at ');
  expect(refused.exitCode).toBe(1);
  expect(await contentOf(reeve.dataFolder)).toEqual(before);
}

test('a backup of a running server, restored elsewhere, is the same installation; a damaged one changes nothing', async () => {
  const reeve = await openInstallation();
  const server = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  await organisation.owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-upstream' });
  await organisation.addGroup('Before the backup', []);
  const file = `${reeve.dataFolder}.tar`;
  const made = await reeve.run(['backup', file, '--with-keys']);
  expect(made.stderr).toBe('');
  expect(made.stdout).toContain('IT HOLDS THE PRIVATE KEYS');
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect((await reeve.run(['backup', file])).stderr).toContain('exists already');
  const withoutKeys = `${reeve.dataFolder}-public.tar`;
  expect((await reeve.run(['backup', withoutKeys])).stdout).toContain('It holds no keys');
  const key = (await readFile(join(reeve.dataFolder, 'keys', 'master.key'), 'utf8')).split('\n')[1] ?? '';
  expect((await readFile(file)).includes(key)).toBe(true);
  expect((await readFile(withoutKeys)).includes(key)).toBe(false);
  await organisation.addGroup('After the backup', []);
  expect((await reeve.run(['restore', file, '--replace'])).exitCode).toBe(75);
  server.kill('SIGTERM');
  await server.exit;

  await expectRefused(reeve, [file], /is not empty \(.*db.*\)\. Add --replace/);
  const other = await openInstallation();
  await mkdir(other.dataFolder, { recursive: true });
  const half = `${file}.half`;
  await copyFile(file, half);
  await truncate(half, Math.floor((await stat(file)).size / 2));
  await expectRefused(other, [half], /cannot be restored/);
  const flipped = await damaged(file, (bytes) => {
    bytes[100_000] = (bytes[100_000] ?? 0) ^ 1;
  });
  await expectRefused(other, [flipped], /checksum of database\.tar\.gz is wrong/);
  await expectRefused(other, [join(reeve.dataFolder, 'tls', 'ca.pem')], /cannot be restored/);
  await expectRefused(other, ['/nowhere.tar'], /there is no such file/);

  expect((await other.run(['restore', file])).stdout).toContain('Restored');
  await other.serve();
  expect(other.authorityPem).toBe(reeve.authorityPem);
  const restored = await other.run(['doctor']);
  expect(restored.stdout).toMatch(/ok +secrets +all \d+ open/);

  const replaced = await reeve.run(['restore', file, '--replace']);
  expect(replaced.exitCode).toBe(0);
  const [, aside = ''] = /What was there before is in (\S+);/.exec(replaced.stdout) ?? [];
  expect(await contentOf(aside)).toEqual(['db', 'keys', 'tls']);
  await reeve.serve();
  const { items } = await organisation.owner.api.directory.groups.list({});
  expect(items.map(({ name }) => name)).toEqual(['Before the backup']);
  for (const each of [file, half, flipped, withoutKeys]) await rm(each);
});

test.each(['before anything moved', 'between the two moves', 'after the move'])(
  'a restore killed %s is carried through',
  async (moment) => {
    const { dataFolder } = await openInstallation();
    const write = async (path: string, text: string) => {
      await mkdir(join(dataFolder, path), { recursive: true });
      await writeFile(join(dataFolder, path, 'content'), text);
    };
    const journal = { staging: 'restore-abc', aside: 'replaced-x', names: ['db', 'tls'] };
    if (moment === 'before anything moved') await write('db', 'old');
    else await write('replaced-x/db', 'old');
    await write(moment === 'after the move' ? 'db' : 'restore-abc/db', 'new');
    await write('restore-abc/tls', 'new');
    await write('tls', 'old');
    await writeFile(join(dataFolder, 'restore.json'), JSON.stringify(journal));
    await finishRestore(dataFolder);
    const read = (path: string) => readFile(join(dataFolder, path, 'content'), 'utf8');
    expect([await read('db'), await read('tls')]).toEqual(['new', 'new']);
    expect([await read('replaced-x/db'), await read('replaced-x/tls')]).toEqual(['old', 'old']);
    expect(await contentOf(dataFolder)).toEqual(['db', 'replaced-x', 'tls']);
  },
);

test('what an unfinished restore left without a journal is removed', async () => {
  const { dataFolder } = await openInstallation();
  await mkdir(join(dataFolder, 'restore-abc', 'db'), { recursive: true });
  await mkdir(join(dataFolder, 'db'));
  await finishRestore(dataFolder);
  expect(await contentOf(dataFolder)).toEqual(['db']);
  await beginRestore(dataFolder, { staging: 'restore-none', aside: 'replaced-x', names: ['db'] });
  expect(await contentOf(dataFolder)).toEqual(['db']);
});
