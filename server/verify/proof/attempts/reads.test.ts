import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { layNew } from '../lay-files.ts';
import { noFacts } from '../run-facts.ts';
import type { RecordedCall } from '../scripted-model.ts';
import { judgeRead, targetOf } from './reads.ts';

const place = { work: '/m/project', codexHome: '/m/codex' };
const machine = { home: '/m/home', etc: '/m/etc', tmp: '/m/tmp' };

test.each([
  ['~/.ssh', '/m/home/.ssh/proof-file', '/m/home/.ssh/proof-file'],
  ['~/one.txt', '/m/home/one.txt', '/m/home/one.txt'],
  ['~/a/../one.txt', '/m/home/one.txt', '/m/home/one.txt'],
  ['~/**/*.pem', '/m/home/proof-folder/proof.pem', '/m/home/proof-folder/proof.pem'],
  ['**/.env', '/m/project/proof-folder/.env', '/m/project/proof-folder/.env'],
  ['/etc/no-such-secret.key', '/etc/no-such-secret.key', '/m/etc/no-such-secret.key'],
  ['/tmp/no-such-folder', '/tmp/no-such-folder/proof-file', '/m/tmp/no-such-folder/proof-file'],
  ['/**/*.pem', '/m/project/proof-folder/proof.pem', '/m/project/proof-folder/proof.pem'],
])('a file that %s covers is %s', (pattern, seenAs, file) => {
  expect(targetOf(pattern, place, machine)).toMatchObject({ pattern, seenAs, file });
});

test.each([
  '../../../../opt/reeve/data/master.key',
  '../outside/x',
  '~/../..',
  '~/../../etc/x',
  '/tmp/../..',
  '/tmp/../opt/x',
  '/etc/../root/.ssh/id_rsa',
  '/**/../../x',
  '**/../../x',
  '/srv/no-such-secrets',
  '/root/.ssh/id_ed25519',
  '/proc/self/environ',
  'a\u0000b',
  '..',
  '~/',
  '/etc/',
  '/tmp/x\n/y',
])('%j leads out of the machine, or is no path, and is left alone', (pattern) => {
  const target = targetOf(pattern, place, machine);
  if ('refused' in target) return;
  const folders = ['/m/home/', '/m/etc/', '/m/tmp/', '/m/project/'];
  expect(folders.some((folder) => target.file.startsWith(folder))).toBe(true);
  expect(['~/', '/etc/', '/**/../../x']).toContain(pattern);
});

test('a pattern that is not absolute has a place in the folder of the client, too', () => {
  expect(targetOf('**/.env', place, machine)).toMatchObject({ own: { file: '/m/codex/proof-folder/.env' } });
  expect(targetOf('~/.ssh', place, machine)).toMatchObject({ own: null });
});

test('nothing is written over a file, nor through a link that leads out of the machine', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'reads-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const [inside, host] = [path.join(root, 'machine'), path.join(root, 'host')];
  await mkdir(inside);
  await mkdir(host);
  await writeFile(path.join(inside, 'mine'), 'before');
  await symlink(host, path.join(inside, 'linked'));
  await symlink(path.join(host, 'made'), path.join(inside, 'hanging'));
  expect(await layNew(path.join(inside, 'a/b'), inside, 'x')).toBeNull();
  for (const name of ['mine', 'linked/x/y', 'hanging', 'hanging/x'])
    expect(await layNew(path.join(inside, name), inside, 'x')).toEqual(expect.any(String));
  expect(await readFile(path.join(inside, 'mine'), 'utf8')).toBe('before');
  expect(await readdir(host)).toEqual([]);
});

const call = { at: new Date(), headers: {}, model: '', tools: [], text: '', outputs: [] } satisfies RecordedCall;
const facts = { ...noFacts('denied-reads'), calls: [call] };
const denied = 'cat: x: Permission denied';

test.each([
  ['held', [denied, denied]],
  ['held', ['', '']],
  ['broken', ['SECRET', denied]],
  ['broken', [denied, 'SECRET']],
  ['not-enforced', ['SECRET', 'SECRET', denied]],
  ['broken', ['SECRET', 'SECRET', 'SECRET']],
  ['broken', [denied, denied, 'SECRET']],
  ['inconclusive', [denied, null]],
  ['inconclusive', []],
] as const)('%s when the commands showed %j', (verdict, outputs) => {
  expect(judgeRead(facts, { control: 'SECRET', outputs }, 'SECRET').verdict).toBe(verdict);
});

test('nothing is shown where no command reads anything', () => {
  const judged = (outputs: string[]) => judgeRead(facts, { control: denied, outputs }, 'SECRET').verdict;
  expect(judged([denied, denied])).toBe('inconclusive');
  expect(judged(['SECRET', denied])).toBe('broken');
});
