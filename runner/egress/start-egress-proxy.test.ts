import { stat } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  access,
  askInside,
  type EgressWorld,
  openEgressWorld,
  openTunnelTo,
  plain,
  readAll,
  secureTunnel,
  sendRaw,
} from '#testing/egress-world.ts';
import { createGate } from '#testing/gate.ts';

let world: EgressWorld;
beforeAll(async () => {
  world = await openEgressWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.proxy.setPolicy(access({ preset: 'common-dependencies', domains: ['example.com'] }));
  for (const list of [world.attempts, world.seen, world.lookups, world.dialled]) list.length = 0;
});

const last = async () => {
  await expect.poll(() => world.attempts.length).toBeGreaterThan(0);
  return world.attempts.at(-1);
};

describe('what is let through', () => {
  it('is plain HTTP to a listed domain, at the address that was looked up', async () => {
    const text = await sendRaw(world.socketPath, plain('GET', 'pypi.org', 'http://pypi.org/simple/?q=1'));
    expect(text).toMatch(/^HTTP\/1.1 200 OK[\s\S]*http GET pypi.org\/simple\/\?q=1 0/);
    expect(world.lookups).toEqual(['pypi.org']);
    expect(world.dialled).toEqual(['151.101.0.223:80']);
    expect(await last()).toMatchObject({
      method: 'GET',
      host: 'pypi.org',
      port: 80,
      path: '/simple/',
      rule: 'preset-common',
      isAllowed: true,
      address: '151.101.0.223',
      status: 200,
      phase: 'agent',
    });
  });

  it('is a request inside TLS, with the method and path in the log', async () => {
    const text = await askInside(world, 'files.pypi.org:443', plain('HEAD', 'files.pypi.org', '/a/b?token=secret'));
    expect(text).toMatch(/^HTTP\/1.1 200/);
    expect(world.seen).toMatchObject([{ scheme: 'https', method: 'HEAD', host: 'files.pypi.org' }]);
    expect(await last()).toMatchObject({ method: 'HEAD', port: 443, path: '/a/b', rule: 'preset-common', status: 200 });
    expect(world.attempts).toHaveLength(1);
  });

  it('is every method where the environment says so', async () => {
    world.proxy.setPolicy(access({ domains: ['example.com'], methods: 'all' }));
    const body = 'x'.repeat(5000);
    const text = await askInside(
      world,
      'example.com:443',
      `${plain('POST', 'example.com', '/up', [`Content-Length: ${body.length}`])}${body}`,
    );
    expect(text).toContain('https POST example.com/up 5000');
    expect(await last()).toMatchObject({ rule: 'listed-domain', status: 200 });
    expect((await last())?.sentBytes).toBeGreaterThanOrEqual(5000);
  });

  it('is the gateway in any case, by its prefixes only', async () => {
    world.proxy.setPolicy({ ...access(), access: { ...access().access, isOn: false } });
    const host = 'gateway.reeve.example:8443';
    expect(await askInside(world, host, plain('POST', host, '/v1/responses', ['Content-Length: 0']))).toMatch(
      / 200 OK/,
    );
    expect(await last()).toMatchObject({ rule: 'gateway', isAllowed: true });
    for (const path of [
      '/',
      '/api/v1/members',
      '/v1/../api/v1/me',
      '/v1/%2e%2e/api',
      '/v1//x',
      '/v1evil',
      '/v1\\..\\api',
    ]) {
      world.attempts.length = 0;
      expect(await askInside(world, host, plain('GET', host, path)), path).toMatch(/^HTTP\/1.1 403/);
      expect(await last(), path).toMatchObject({ rule: 'gateway-path', isAllowed: false });
    }
    expect(world.seen).toHaveLength(1);
  });

  it('is the gateway when it is back, after it was down for a moment', async () => {
    const { https } = world.servers;
    const { port } = https.address() as AddressInfo;
    https.closeAllConnections();
    await new Promise((resolve) => https.close(resolve));
    let turnedAway = 0;
    const ending = createServer((socket) => {
      turnedAway += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => ending.listen(port, '127.0.0.1', resolve));
    const host = 'gateway.reeve.example:8443';
    const asked = askInside(world, host, plain('POST', host, '/v1/responses', ['Content-Length: 0']));
    await expect.poll(() => turnedAway).toBeGreaterThan(0);
    await new Promise((resolve) => ending.close(resolve));
    await new Promise<void>((resolve) => https.listen(port, '127.0.0.1', resolve));
    expect(await asked).toMatch(/ 200 OK/);
    expect(world.seen).toHaveLength(1);
    expect(await last()).toMatchObject({ rule: 'gateway', isAllowed: true, status: 200 });
  });

  it('is said to be set-up’s while set-up has its own internet', async () => {
    world.proxy.setPolicy({ ...access({ preset: 'all', methods: 'all' }), phase: 'setup', isSetupInternet: true });
    await askInside(world, 'evil.example:443', plain('DELETE', 'evil.example', '/'));
    expect(await last()).toMatchObject({ rule: 'setup-internet', phase: 'setup', status: 200 });
  });
});

describe('the policy', () => {
  it('refuses what is not on the list before anything is looked up', async () => {
    const { answer } = await openTunnelTo(world.socketPath, 'evil.example:443');
    expect(answer).toMatch(/^HTTP\/1.1 403[\s\S]*x-reeve-egress: domain-not-listed/);
    expect(world.lookups).toEqual([]);
    expect(await last()).toMatchObject({ method: 'CONNECT', host: 'evil.example', rule: 'domain-not-listed' });
  });

  it('refuses other methods inside TLS without dialling', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
      world.attempts.length = 0;
      const text = await askInside(world, 'pypi.org:443', plain(method, 'pypi.org', '/'));
      expect(text, method).toMatch(/^HTTP\/1.1 403[\s\S]*method-not-allowed/);
      expect(await last()).toMatchObject({ method, rule: 'method-not-allowed' });
    }
    expect(world.dialled).toEqual([]);
  });

  it('says which switch closed it', async () => {
    const closed = access({ isOn: false });
    for (const offBecause of ['internet-off', 'workspace-off'] as const) {
      world.proxy.setPolicy({ ...closed, offBecause });
      expect((await openTunnelTo(world.socketPath, 'pypi.org:443')).answer).toContain(offBecause);
    }
  });

  it('holds for a connection that an earlier policy let in', async () => {
    const secured = await secureTunnel(world, 'pypi.org:443');
    const ended = readAll(secured);
    world.proxy.setPolicy(access({ isOn: false }));
    await ended;
    expect(secured.destroyed || secured.readableEnded).toBe(true);
  });
});

it('remembers of a connection only where it leads by now, however many servers it asked', async () => {
  const own = await openEgressWorld({
    policy: access({ preset: 'all' }),
    resolve: async (name) => {
      if (name.startsWith('none')) throw new Error('no such name');
      return ['93.184.215.14'];
    },
  });
  const socket = connect({ path: own.socketPath });
  // One reader for each answer.
  socket.setMaxListeners(0);
  const ask = async (host: string) => {
    const answered = readAll(socket, /\r\n\r\n[\s\S]*(\/ 0|name-unknown|resolved)/);
    socket.write(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return answered;
  };
  for (let at = 0; at < 20; at += 1) expect(await ask(`server-${at}.example`)).toContain(' 200 ');
  for (let at = 0; at < 3; at += 1) expect(await ask(`none-${at}.example`)).toContain('name-unknown');
  own.attempts.length = 0;
  const ended = readAll(socket);
  own.proxy.tighten(access({ isOn: false }));
  await ended;
  const cut = own.attempts.filter(({ method }) => method === 'CONNECT').map(({ host }) => host);
  expect(cut.sort()).toEqual([12, 13, 14, 15, 16, 17, 18, 19].map((at) => `server-${at}.example`));
  await own.close();
});

it('names the policy that holds when a look-up ends, not the one that it began under', async () => {
  const lookUp = createGate();
  const names: string[] = [];
  const own = await openEgressWorld({
    policy: access({ preset: 'all', methods: 'all' }),
    resolve: async (name) => {
      names.push(name);
      await lookUp.pass();
      throw new Error('no such name');
    },
  });
  const plainly = connect({ path: own.socketPath });
  const answered = readAll(plainly, /\r\n\r\n/);
  plainly.write('GET http://nowhere.example/ HTTP/1.1\r\nHost: nowhere.example\r\n\r\n');
  const tunnelled = openTunnelTo(own.socketPath, 'also-nowhere.example:443');
  await expect.poll(() => names.length).toBe(2);
  own.proxy.tighten(access({ isOn: false }));
  lookUp.release();
  expect(await answered).toContain('internet-off');
  expect((await tunnelled).answer).toContain('internet-off');
  const rules = () => own.attempts.map(({ rule }) => rule);
  await expect.poll(rules).toEqual(['made-stricter', 'internet-off', 'internet-off']);
  plainly.destroy();
  await own.close();
});

it('makes its socket for its owner alone', async () => {
  expect((await stat(world.socketPath)).mode & 0o777).toBe(0o600);
});
