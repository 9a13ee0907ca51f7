import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMask } from '../secrets/find-secrets.ts';
import { type Calls, openCalls } from './call-reeve.ts';
import type { HeldLease } from './leases.ts';
import { openReportLog, piecesOf, type ReportLog } from './report-log.ts';

interface Report {
  epoch: number;
  entries: { seq: number; text: string; kind: string; phase: string }[];
  state?: string;
}

let server: Server;
let calls: Calls;
let lease: HeldLease;
let log: ReportLog;
let arrived: Report[];
/** Statuses of the next answers; 200 when there are none. */
let statuses: number[];
let tooMuch: number;

beforeEach(async () => {
  [arrived, statuses, tooMuch] = [[], [], 0];
  server = createServer(async (request, response) => {
    arrived.push((await json(request)) as Report);
    const status = statuses.shift() ?? 200;
    response.writeHead(status).end(status === 409 ? '{"error":{"code":"lease-lost","message":"Another’s."}}' : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  calls = openCalls({ origin: `http://127.0.0.1:${port}`, authorityPem: null, connect: null }, 'rr-test');
  const lost = new AbortController();
  const lose = (because: string) => lost.abort(new Error(because));
  const cancelled = new AbortController().signal;
  lease = {
    attemptId: 'a',
    epoch: 2,
    lost: lost.signal,
    cancelled,
    lose,
    release: () => undefined,
    onInternet: () => undefined,
  };
  const onTooMuch = () => {
    tooMuch += 1;
  };
  log = openReportLog({ calls, lease, mostBytes: 100_000, onTooMuch });
});
afterEach(() => {
  lease.lose('over');
  calls.close();
  server.close();
});

test('what fails to arrive is sent again as it was, and the rest after it in order', async () => {
  statuses = [503, 500];
  log.enter('setup', 'setting-up');
  log.add({ kind: 'output', text: 'one' });
  await expect.poll(() => arrived.length).toBe(1);
  log.add({ kind: 'output', text: 'two' });
  await log.flush();
  expect(arrived).toHaveLength(4);
  expect(arrived[1]).toEqual(arrived[0]);
  expect(arrived[2]).toEqual(arrived[0]);
  expect(arrived[0]).toMatchObject({
    epoch: 2,
    state: 'setting-up',
    entries: [{ seq: 1, text: 'one', phase: 'setup' }],
  });
  expect(arrived[3]?.entries).toMatchObject([{ seq: 2, text: 'two' }]);
});

test('many lines travel in parts of five hundred at most', async () => {
  for (let at = 0; at < 900; at += 1) log.add({ kind: 'output', text: `line ${at}` });
  await log.flush();
  expect(arrived.map(({ entries }) => entries.length)).toEqual([500, 400]);
  expect(arrived.flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual(
    Array.from({ length: 900 }, (_, at) => at + 1),
  );
});

test('a refusal loses the lease, and nothing more is sent', async () => {
  statuses = [409];
  log.add({ kind: 'output', text: 'one' });
  await expect(log.flush()).rejects.toThrow('Another’s.');
  log.add({ kind: 'output', text: 'two' });
  await expect(log.flush()).rejects.toThrow();
  expect(arrived).toHaveLength(1);
});

test('more output than is kept is told once, and what the runner says still comes through', async () => {
  log.add({ kind: 'output', text: 'x'.repeat(99_000) });
  for (let at = 0; at < 3; at += 1) log.add({ kind: 'command-output', text: 'y'.repeat(2_000) });
  log.add({ kind: 'phase', text: 'Over.' });
  await log.flush();
  expect(tooMuch).toBe(1);
  const texts = arrived.flatMap(({ entries }) => entries.map(({ text }) => text));
  expect(texts.join('')).toHaveLength(99_005);
  expect(texts.at(-1)).toBe('Over.');
});

test.each([
  ['without a text', { kind: 'command', text: '' }, 1_001],
  ['of one letter each', { kind: 'message', text: 'x' }, 1_001],
  ['that say they are errors', { kind: 'error', text: 'x'.repeat(1_000) }, 101],
] as const)('entries %s are too much as well', async (_how, line, count) => {
  for (let at = 0; at < count; at += 1) log.add(line);
  await log.flush();
  expect(tooMuch).toBe(1);
});

test('hidden values are hidden in every kind of line and in addresses', async () => {
  log.hide(createMask([{ name: 'TOKEN', value: 'very-secret' }]));
  log.add({ kind: 'error', text: 'with very-secret' });
  const facts = { method: 'GET', port: 443, isAllowed: true, rule: 'preset-all', address: null, status: null } as const;
  const about = { at: new Date().toISOString(), phase: 'setup', sentBytes: 0, receivedBytes: 0, ...facts } as const;
  log.addEgress({ ...about, host: 'very-secret.evil.example', path: '/very-secret' });
  await log.flush();
  expect(JSON.stringify(arrived)).not.toContain('very-secret');
  expect(arrived[0]?.entries[0]?.text).toBe('with ***');
});

test.each([
  [['short'], 10],
  [['line one\n', 'line two'], 12],
  [['x'.repeat(12), 'x'.repeat(8)], 12],
])('a text is cut between lines where it can be: %j', (pieces, most) => {
  expect(piecesOf(pieces.join(''), most)).toEqual(pieces);
});
