import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noInternet } from '#contract/internet-access.ts';
import type { Job } from '#contract/runner-protocol.ts';
import { createGate, type Gate } from '#testing/gate.ts';
import { type Calls, openCalls } from './call-reeve.ts';
import { type Heartbeat, type Instant, LeaseLost, type Leases, openLeases } from './leases.ts';

type Order = 'go-on' | 'cancel' | 'stop';

let server: Server;
let calls: Calls;
let leases: Leases;
let orders: Record<string, Order>;
let asked: Heartbeat[];
/** How the next heartbeats are answered. */
let answer: 'well' | 'not' | 'unknown';
let clock: Instant;
let removed: string | null;
let internet: Job['internet'] | undefined;
/** The next heartbeat is answered once it is open. */
let gate: Gate | null;

beforeEach(async () => {
  [orders, asked, answer, removed, internet] = [{}, [], 'well', null, undefined];
  clock = { steadyMs: 0, wallMs: 1_000_000 };
  gate = null;
  server = createServer(async (request, response) => {
    const heartbeat = (await json(request)) as Heartbeat;
    asked.push(heartbeat);
    const [held, now] = [gate, internet];
    gate = null;
    await held?.pass();
    if (answer === 'not') return response.writeHead(503).end();
    if (answer === 'unknown')
      return response.writeHead(401).end('{"error":{"code":"runner-unknown","message":"Not registered."}}');
    const ordered = heartbeat.running.map((one) => ({
      ...one,
      order: orders[one.attemptId] ?? 'go-on',
      internet: now,
    }));
    return response.end(JSON.stringify({ leases: ordered, isDraining: false, dropCaches: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  calls = openCalls({ origin: `http://127.0.0.1:${port}`, authorityPem: null, connect: null }, 'rr-test');
  leases = openLeases({
    ...{ calls, heartbeatSeconds: 3600, leaseSeconds: 25, now: () => clock, log: () => undefined },
    describe: () => ({ problem: null, caches: [] }),
    onDropCaches: () => undefined,
    onRemoved: (because) => {
      removed = because;
    },
  });
});
afterEach(() => {
  leases.close();
  calls.close();
  server.close();
});

const off: Job['internet'] = { setup: noInternet, agent: noInternet, agentOffBecause: 'workspace-off' };

/** The fence looks four times a second. */
const look = () => new Promise((resolve) => setTimeout(resolve, 600));

test('an attempt begins once a heartbeat for it came through, and is told of its orders', async () => {
  const lease = await leases.hold('a', 3);
  expect(asked.at(-1)?.running).toEqual([{ attemptId: 'a', epoch: 3 }]);
  orders.a = 'cancel';
  await leases.beat();
  expect([lease.cancelled.aborted, lease.lost.aborted]).toEqual([true, false]);
  orders.a = 'stop';
  await leases.beat();
  expect(lease.lost.reason).toBeInstanceOf(LeaseLost);
  expect(leases.count).toBe(0);
  orders.b = 'stop';
  await expect(leases.hold('b', 1)).rejects.toThrow(LeaseLost);
});

test('it ends before the lease does, counted from when the last good heartbeat was sent', async () => {
  const lease = await leases.hold('a', 1);
  clock = { steadyMs: 10_000, wallMs: 1_010_000 };
  await leases.beat();
  answer = 'not';
  clock = { steadyMs: 29_000, wallMs: 1_029_000 };
  await leases.beat();
  await look();
  expect(lease.lost.aborted).toBe(false);
  clock = { steadyMs: 30_100, wallMs: 1_030_100 };
  await look();
  expect(lease.lost.reason).toBeInstanceOf(LeaseLost);
});

test('a heartbeat that is answered after a later one changes nothing of what that said', async () => {
  const lease = await leases.hold('a', 1);
  const heard: Job['internet'][] = [];
  lease.onInternet((one) => heard.push(one));
  internet = { ...off, setup: { ...noInternet, isOn: true } };
  const slow = createGate();
  gate = slow;
  clock = { steadyMs: 2_000, wallMs: 1_002_000 };
  const first = leases.beat();
  await slow.reached;
  clock = { steadyMs: 10_000, wallMs: 1_010_000 };
  internet = off;
  await leases.beat();
  slow.release();
  await first;
  clock = { steadyMs: 29_000, wallMs: 1_029_000 };
  await look();
  expect(lease.lost.aborted).toBe(false);
  expect(heard).toEqual([off]);
});

test.each([
  ['slept', { steadyMs: 1_000, wallMs: 1_021_000 }],
  ['had its clock set back', { steadyMs: 21_000, wallMs: 500_000 }],
])('a machine that %s does not believe its leases longer', async (_what, later) => {
  const lease = await leases.hold('a', 1);
  clock = later;
  await look();
  expect(lease.lost.aborted).toBe(true);
});

test('a runner that was removed ends everything', async () => {
  const lease = await leases.hold('a', 1);
  answer = 'unknown';
  await leases.beat();
  expect(lease.lost.aborted).toBe(true);
  expect(removed).toBe('Not registered.');
});

test('an attempt hears what it may reach by now, also what was said before it listened', async () => {
  internet = off;
  const lease = await leases.hold('a', 1);
  const heard: Job['internet'][] = [];
  lease.onInternet((now) => heard.push(now));
  expect(heard).toEqual([off]);
  internet = undefined;
  await leases.beat();
  internet = { ...off, agentOffBecause: 'internet-off' };
  await leases.beat();
  expect(heard).toEqual([off, internet]);
});
