import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type InternetAccess, noInternet } from '#contract/internet-access.ts';
import {
  access,
  askInside,
  type EgressWorld,
  openEgressWorld,
  openTunnelTo,
  plain,
  readAll,
  secureTunnel,
} from '#testing/egress-world.ts';
import { openAttemptInternet } from './attempt-internet.ts';

let world: EgressWorld;
let said: string[];
beforeEach(async () => {
  said = [];
  world = await openEgressWorld({ policy: access({ preset: 'all', methods: 'all' }) });
});
afterEach(() => world.close());

const all: InternetAccess = { isOn: true, preset: 'all', domains: [], methods: 'all' };
const rules = (agent: InternetAccess, agentOffBecause: 'internet-off' | 'workspace-off' = 'internet-off') => ({
  setup: all,
  agent,
  agentOffBecause,
});

/** In the agent's phase, with the real proxy. */
function begin(agent: InternetAccess) {
  const internet = openAttemptInternet(rules(agent), { proxy: () => world.proxy, say: (text) => said.push(text) });
  internet.enter('agent');
  return internet;
}

/** A request over a connection that is there already. */
async function askOn(secured: TLSSocket, host: string): Promise<string> {
  const answered = readAll(secured, /HTTP\/1.1 \d+ [\s\S]*\r\n\r\n/);
  secured.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return answered;
}
const rulesInLog = () => world.attempts.map(({ host, rule }) => `${host} ${rule}`);

test('what is turned off ends at once; the gateway and nothing else goes on', async () => {
  const internet = begin(all);
  const gateway = await secureTunnel(world, 'gateway.reeve.example:8443');
  const outside = await secureTunnel(world, 'evil.example:443');
  const ended = readAll(outside);
  internet.hear(rules(noInternet, 'workspace-off'));
  await ended;
  expect(outside.destroyed || outside.readableEnded).toBe(true);
  expect(await askOn(gateway, 'gateway.reeve.example:8443')).toMatch(/^HTTP\/1.1 (200|403)/);
  expect((await openTunnelTo(world.socketPath, 'pypi.org:443')).answer).toContain('workspace-off');
  expect(rulesInLog()).toEqual(
    expect.arrayContaining(['* made-stricter', 'evil.example workspace-off', 'pypi.org workspace-off']),
  );
  expect(said).toEqual([
    'The internet access was turned off while this ran. Connections that it does not allow any more were cut.',
  ]);
  gateway.destroy();
});

test('only what is not allowed any more is cut', async () => {
  const internet = begin({ ...all, preset: 'none', domains: ['pypi.org', 'evil.example'] });
  const [kept, cut] = [await secureTunnel(world, 'files.pypi.org:443'), await secureTunnel(world, 'evil.example:443')];
  const ended = readAll(cut);
  internet.hear(rules({ ...all, preset: 'none', domains: ['pypi.org', 'example.com'] }));
  await ended;
  expect(cut.destroyed || cut.readableEnded).toBe(true);
  expect(await askOn(kept, 'files.pypi.org')).toMatch(/^HTTP\/1.1 200/);
  kept.destroy();
  // Never more than it began with.
  expect((await openTunnelTo(world.socketPath, 'example.com:443')).answer).toContain('domain-not-listed');
});

test('fewer methods hold within connections too', async () => {
  const internet = begin({ ...all, preset: 'none', domains: ['pypi.org'] });
  const post = plain('POST', 'pypi.org', '/', ['Content-Length: 0']);
  expect(await askInside(world, 'pypi.org:443', post)).toMatch(/^HTTP\/1.1 200/);
  const open = await secureTunnel(world, 'pypi.org:443');
  const ended = readAll(open);
  internet.hear(rules({ ...all, preset: 'none', domains: ['pypi.org'], methods: 'safe' }));
  await ended;
  expect(await askInside(world, 'pypi.org:443', post)).toContain('method-not-allowed');
  expect(await askInside(world, 'pypi.org:443', plain('GET', 'pypi.org', '/'))).toMatch(/^HTTP\/1.1 200/);
});

test('what was made stricter stays so until the end, and before its phase', async () => {
  const internet = openAttemptInternet(rules(all), { proxy: () => world.proxy, say: (text) => said.push(text) });
  internet.enter('setup');
  internet.hear(rules(noInternet, 'workspace-off'));
  internet.hear(rules(all));
  expect(said).toEqual(['The internet access of the other phase was made stricter.']);
  expect(await askInside(world, 'evil.example:443', plain('GET', 'evil.example', '/'))).toMatch(/^HTTP\/1.1 200/);
  internet.enter('agent');
  expect((await openTunnelTo(world.socketPath, 'evil.example:443')).answer).toContain('workspace-off');
});

test.each<[string, InternetAccess, InternetAccess]>([
  [
    'a domain of the preset that is listed too',
    { ...all, preset: 'common-dependencies', domains: ['github.com', 'corp.test'] },
    { ...all, preset: 'common-dependencies', domains: ['corp.test', 'api.github.com'] },
  ],
  [
    'a sub-domain of what is listed',
    { ...all, preset: 'none', domains: ['pypi.org', 'github.com'] },
    { ...all, preset: 'none', domains: ['github.com', 'api.github.com', 'pypi.org', 'pypi.org'] },
  ],
  ['domains beside all', { ...all, domains: ['pypi.org'] }, all],
])('what allows the same is not told as a change: %s', (_name, begunWith, now) => {
  const internet = begin(begunWith);
  internet.hear(rules(begunWith));
  internet.hear(rules(now));
  expect(said).toEqual([]);
  expect(rulesInLog()).toEqual([]);
});

test('a server that is being dialled when the rules change is not reached', async () => {
  const found = Promise.withResolvers<string[]>();
  const asked = Promise.withResolvers<void>();
  await world.close();
  world = await openEgressWorld({
    policy: access({ preset: 'all', methods: 'all' }),
    resolve: async () => {
      asked.resolve();
      return found.promise;
    },
  });
  const internet = begin(all);
  const tunnel = openTunnelTo(world.socketPath, 'evil.example:443');
  await asked.promise;
  internet.hear(rules(noInternet, 'workspace-off'));
  found.resolve(['93.184.215.66']);
  expect((await tunnel).answer).toContain('workspace-off');
  expect(world.seen).toEqual([]);
});
