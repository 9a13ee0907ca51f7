import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  access,
  askInside,
  type EgressWorld,
  openEgressWorld,
  plain,
  readAll,
  secureTunnel,
} from '#testing/egress-world.ts';

const gateway = 'gateway.reeve.example:8443';
const path = '/v1/whoami';
const breakOff = (_request: IncomingMessage, response: ServerResponse) => void response.destroy();
const away = (status: number) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status).end('away');

let world: EgressWorld;
/** What each request to the path comes to, in order; afterwards it is answered. */
let troubles: ((request: IncomingMessage, response: ServerResponse) => void)[];
beforeEach(async () => {
  world = await openEgressWorld({ policy: access({ domains: ['example.com'], methods: 'all' }) });
  troubles = [];
  world.answers.set(path, (request, response) => {
    const trouble = troubles.shift();
    if (trouble) trouble(request, response);
    else response.end('it is me');
  });
});
afterEach(() => world.close());

const ask = (method: string, more: readonly string[] = [], host = gateway) =>
  askInside(world, host, plain(method, host.replace(/:443$/, ''), path, more));

test.each(['GET', 'HEAD'])(
  'a %s that Reeve broke off, or that was answered in its absence, is asked again',
  async (method) => {
    troubles = [breakOff, away(502), away(503), away(504), breakOff];
    const text = await ask(method);
    expect(text).toMatch(/^HTTP\/1.1 200/);
    expect(text).not.toContain('away');
    expect(text.includes('it is me')).toBe(method === 'GET');
    expect(world.seen.map((one) => one.method)).toEqual(Array.from({ length: 6 }, () => method));
    await expect.poll(() => world.attempts).toMatchObject([{ method, rule: 'gateway', status: 200 }]);
  },
);

test.each([
  ['that changes something', 'POST', ['Content-Length: 0']],
  ['with a body', 'GET', ['Content-Length: 2']],
])('a request %s is sent once', async (_what, method, more) => {
  troubles = [breakOff];
  const secured = await secureTunnel(world, gateway);
  const answered = readAll(secured);
  secured.write(`${plain(method, gateway, path, more)}${method === 'GET' ? '{}' : ''}`);
  expect(await answered).toMatch(/^HTTP\/1.1 502[\s\S]*x-reeve-egress: unreachable/);
  troubles = [away(503)];
  secured.destroy();
  expect(await ask('POST', ['Content-Length: 0'])).toMatch(/^HTTP\/1.1 503[\s\S]*away/);
  expect(world.seen).toHaveLength(2);
});

test('other errors of Reeve, and those of other servers, are the client’s to hear', async () => {
  for (const status of [401, 403, 500]) {
    troubles = [away(status)];
    expect(await ask('GET')).toMatch(new RegExp(`^HTTP/1.1 ${status}[\\s\\S]*away`));
  }
  troubles = [away(503)];
  expect(await ask('GET', [], 'example.com:443')).toMatch(/^HTTP\/1.1 503[\s\S]*away/);
  expect(world.seen).toHaveLength(4);
});

test('whoever does not wait for it asks no more', async () => {
  let broken = 0;
  const secured = await secureTunnel(world, gateway);
  troubles = [
    (_request, response) => {
      broken += 1;
      secured.destroy();
      secured.once('close', () => response.destroy());
    },
  ];
  secured.write(plain('GET', gateway, path));
  await expect.poll(() => world.attempts).toMatchObject([{ rule: 'gateway', status: null }]);
  // As long as a second try would have taken.
  troubles = [breakOff];
  expect(await ask('GET')).toMatch(/^HTTP\/1.1 200/);
  expect([broken, world.seen.length]).toEqual([1, 3]);
});
