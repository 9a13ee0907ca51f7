import { expect, test } from 'vitest';
import { noFacts } from '../run-facts.ts';
import type { RecordedCall } from '../scripted-model.ts';
import { judgeRead, targetOf } from './reads.ts';

const place = { work: '/m/work', codexHome: '/m/codex' };
const machine = { home: '/m/home', etc: '/m/etc', tmp: '/m/tmp' };

test.each([
  ['~/.ssh', '/m/home/.ssh/proof-file', '/m/home/.ssh/proof-file'],
  ['~/one.txt', '/m/home/one.txt', '/m/home/one.txt'],
  ['~/**/*.pem', '/m/home/proof-folder/proof.pem', '/m/home/proof-folder/proof.pem'],
  ['**/.env', '/m/work/proof-folder/.env', '/m/work/proof-folder/.env'],
  ['/etc/no-such-secret.key', '/etc/no-such-secret.key', '/m/etc/no-such-secret.key'],
  ['/tmp/no-such-folder', '/tmp/no-such-folder/proof-file', '/m/tmp/no-such-folder/proof-file'],
  ['/etc/passwd', '/etc/passwd', null],
])('a file that %s covers is %s', (pattern, seenAs, file) => {
  expect(targetOf(pattern, place, machine)).toMatchObject({ pattern, seenAs, file });
});

test('a place of this computer itself is left alone', () => {
  expect(targetOf('/srv/no-such-secrets', place, machine)).toBeNull();
});

test('a pattern that is not absolute has a place in the folder of the client, too', () => {
  expect(targetOf('**/.env', place, machine)?.own).toBe('/m/codex/proof-folder/.env');
  expect(targetOf('~/.ssh', place, machine)?.own).toBeNull();
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
  expect(judgeRead(facts, outputs, 'SECRET').verdict).toBe(verdict);
});
