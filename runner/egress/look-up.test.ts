import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLookUps, type LookUps, mostLookUps } from './look-up.ts';

type Answer = string[] | 'unknown' | 'refused' | 'silent';
const [typeA, typeAAAA] = [1, 28];

let server: Socket;
let lookUps: LookUps;
/** What is said about a name and a type; what is not here exists without addresses. */
let answers: Map<string, Answer>;
let asked: string[];

/** The first question of a DNS message, and where it ends. */
function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function bytesOf(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').map((part) => Number.parseInt(part || '0', 16));
  const [first, last] = [groups(head), groups(tail)];
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

function replyTo(message: Buffer): Buffer | null {
  const { name, type, end } = readQuestion(message);
  const kind = type === typeA ? 'A' : type === typeAAAA ? 'AAAA' : String(type);
  asked.push(`${kind} ${name}`);
  const answer = answers.get(`${kind} ${name}`) ?? [];
  if (answer === 'silent') return null;
  const addresses = typeof answer === 'string' ? [] : answer;
  const code = answer === 'unknown' ? 3 : answer === 'refused' ? 5 : 0;
  const head = Buffer.alloc(12);
  message.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const bytes = bytesOf(address);
    return Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]);
  });
  return Buffer.concat([head, message.subarray(12, end), ...records]);
}

beforeEach(async () => {
  [answers, asked] = [new Map(), []];
  server = createSocket('udp4');
  server.on('message', (message, { port, address }) => {
    const reply = replyTo(message);
    if (reply) server.send(reply, port, address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  lookUps = open();
});
afterEach(() => {
  lookUps.close();
  server.close();
});

const open = (longestMs?: number) =>
  createLookUps({ longestMs, servers: [`127.0.0.1:${(server.address() as AddressInfo).port}`] });
const staying = () => new AbortController().signal;

test('both kinds of addresses are asked for, and IPv4 comes first', async () => {
  answers.set('A both.example', ['93.184.215.14', '93.184.215.15']).set('AAAA both.example', ['2606:4700::1111']);
  expect(await lookUps.find('both.example', staying())).toEqual(['93.184.215.14', '93.184.215.15', '2606:4700::1111']);
  expect(asked.toSorted()).toEqual(['A both.example', 'AAAA both.example']);
});

test.each<[string, Answer]>([
  ['unknown', 'unknown'],
  ['refused', 'refused'],
  ['without addresses', []],
])('one kind is enough where the other is %s', async (_what, other) => {
  answers.set('A four.example', ['93.184.215.14']).set('AAAA four.example', other);
  answers.set('AAAA six.example', ['2606:4700::1111']).set('A six.example', other);
  expect(await lookUps.find('four.example', staying())).toEqual(['93.184.215.14']);
  expect(await lookUps.find('six.example', staying())).toEqual(['2606:4700::1111']);
});

test('one kind is enough where nothing is said about the other in time', async () => {
  answers.set('A four.example', ['93.184.215.14']).set('AAAA four.example', 'silent');
  expect(await open(1_500).find('four.example', staying())).toEqual(['93.184.215.14']);
});

test.each<[string, Answer]>([
  ['unknown', 'unknown'],
  ['without addresses', []],
])('a name that is %s is not looked for under the domain of this machine', async (_what, answer) => {
  answers.set('A short', answer).set('AAAA short', answer);
  await expect(lookUps.find('short', staying())).rejects.toMatchObject({ rule: 'name-unknown' });
  expect(new Set(asked)).toEqual(new Set(['A short', 'AAAA short']));
});

test('nothing is said: unknown once the time is over, and the next have their turn', async () => {
  answers.set('A silent.example', 'silent').set('AAAA silent.example', 'silent');
  const brief = open(50);
  const all = Array.from({ length: 2 * mostLookUps }, () => brief.find('silent.example', staying()));
  for (const one of await Promise.allSettled(all))
    expect(one).toMatchObject({ status: 'rejected', reason: { rule: 'name-unknown' } });
});

test('whoever leaves ends the own question and no other’s', async () => {
  answers.set('A silent.example', 'silent').set('AAAA silent.example', 'silent').set('A four.example', ['1.1.1.1']);
  const leavings = Array.from({ length: mostLookUps + 1 }, () => new AbortController());
  const all = Promise.allSettled(leavings.map(({ signal }) => lookUps.find('silent.example', signal)));
  await expect.poll(() => asked.filter((one) => one === 'A silent.example').length).toBe(mostLookUps);
  const [first, ...others] = leavings;
  const waiting = lookUps.find('four.example', staying());
  leavings.at(-1)?.abort();
  first?.abort();
  expect(await waiting).toEqual(['1.1.1.1']);
  for (const leaving of others) leaving.abort();
  for (const one of await all) expect(one).toMatchObject({ status: 'rejected', reason: { rule: null } });
});

test('at the end all is given up, and nothing is asked afterwards', async () => {
  answers.set('A silent.example', 'silent').set('AAAA silent.example', 'silent');
  const all = Array.from({ length: 2 * mostLookUps }, () => lookUps.find('silent.example', staying()));
  lookUps.close();
  for (const one of await Promise.allSettled([...all, lookUps.find('late.example', staying())]))
    expect(one).toMatchObject({ status: 'rejected', reason: { rule: null } });
  expect(asked).not.toContain('A late.example');
});
