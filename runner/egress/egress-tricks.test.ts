import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EgressRule } from '#contract/internet-access.ts';
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
import { mostConnections } from './start-egress-proxy.ts';

let world: EgressWorld;
// One for each test: what a test leaves open is written into its own log.
beforeEach(async () => {
  world = await openEgressWorld({ policy: access({ preset: 'all', methods: 'all' }) });
});
afterEach(() => world.close());

/** Nothing got out, and the log says why. */
async function stoppedBy(rule: EgressRule): Promise<void> {
  await expect.poll(() => world.attempts.map((attempt) => attempt.rule)).toContain(rule);
  expect(world.seen).toEqual([]);
  expect(world.attempts.every(({ isAllowed }) => !isAllowed)).toBe(true);
}

describe('CONNECT', () => {
  it.each([
    ['127.0.0.1:443', 'address-literal'],
    ['2130706433:443', 'address-literal'],
    ['0x7f.1:80', 'address-literal'],
    ['[::1]:443', 'address-literal'],
    ['[::ffff:1.1.1.1]:443', 'address-literal'],
    ['1.1.1.1:443', 'address-literal'],
    ['pypi.org:22', 'port-not-allowed'],
    ['pypi.org:8443', 'port-not-allowed'],
    ['pypi.org:444', 'port-not-allowed'],
    ['gateway.reeve.example:443', 'name-unknown'],
    ['pypi.org', 'bad-request'],
    ['user@pypi.org:443', 'bad-request'],
    ['nowhere.example:443', 'name-unknown'],
    ['localhost:443', 'private-address'],
    ['rebind.example:443', 'private-address'],
    ['private.example:443', 'private-address'],
    ['metadata.google.internal:80', 'private-address'],
    ['cgnat.example:443', 'private-address'],
    ['mapped.example:443', 'private-address'],
    ['nat64.example:443', 'private-address'],
    ['six.example:443', 'private-address'],
    ['unique-local.example:80', 'private-address'],
    ['multicast.example:443', 'private-address'],
    ['zero.example:443', 'private-address'],
    ['azure.example:80', 'private-address'],
  ] as const)('to %s is refused as %s', async (authority, rule) => {
    const { answer, socket } = await openTunnelTo(world.socketPath, authority);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 (4|5)\d\d/);
    expect(answer).toContain(`x-reeve-egress: ${rule}`);
    await stoppedBy(rule);
    expect(world.dialled).toEqual([]);
  });

  it('with data before the answer is refused', async () => {
    const text = await sendRaw(
      world.socketPath,
      'CONNECT pypi.org:80 HTTP/1.1\r\nHost: pypi.org:80\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1.1 400/);
    await stoppedBy('bad-request');
  });

  it('with a body is refused', async () => {
    for (const framing of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
      const text = await sendRaw(
        world.socketPath,
        `CONNECT pypi.org:80 HTTP/1.1\r\nHost: pypi.org:80\r\n${framing}\r\n\r\n`,
      );
      expect(text).toMatch(/^HTTP\/1.1 400/);
    }
    await stoppedBy('bad-request');
  });

  it('that then speaks something else is ended', async () => {
    for (const [authority, bytes] of [
      ['pypi.org:443', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['pypi.org:443', 'GET / HTTP/1.1\r\nHost: pypi.org\r\n\r\n'],
      ['pypi.org:80', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['pypi.org:80', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ] as const) {
      world.attempts.length = 0;
      const { socket } = await openTunnelTo(world.socketPath, authority);
      const ended = readAll(socket);
      socket.resume();
      socket.write(bytes, 'latin1');
      await ended;
      await stoppedBy('not-http');
    }
  });
});

describe('TLS', () => {
  it('that names another host, or none, is ended before a request', async () => {
    for (const servername of ['evil.example', '']) {
      world.attempts.length = 0;
      const secured = await secureTunnel(world, 'pypi.org:443', { servername }).catch(() => null);
      if (secured) {
        const ended = readAll(secured);
        secured.write(plain('GET', 'pypi.org', '/'));
        expect(await ended).toBe('');
      }
      await stoppedBy('name-mismatch');
    }
  });

  it('for HTTP/2 only is ended, and said so', async () => {
    await expect(secureTunnel(world, 'pypi.org:443', { alpn: ['h2'] })).rejects.toThrow();
    await stoppedBy('tls-failed');
  });

  it('of a program that does not trust the authority carries nothing', async () => {
    const { socket } = await openTunnelTo(world.socketPath, 'pypi.org:443');
    const secured = connectTls({ socket, servername: 'pypi.org' });
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => secured.once('error', resolve));
    expect(error.code).toMatch(/SELF_SIGNED|UNABLE_TO/);
    socket.destroy();
    // Node says so only after the handshake, without an alert: then all that is known is that nothing was asked.
    await expect.poll(() => world.attempts).toMatchObject([{ method: 'CONNECT', status: null }]);
    expect(world.seen).toEqual([]);
    expect(world.seen).toEqual([]);
  });

  it('of a server whose certificate is not valid is not accepted', async () => {
    const text = await askInside(
      world,
      'wrong-certificate.example:443',
      plain('GET', 'wrong-certificate.example', '/'),
    );
    expect(text).toMatch(/^HTTP\/1.1 502[\s\S]*certificate-invalid/);
    await stoppedBy('certificate-invalid');
  });
});

describe('a request', () => {
  const cases: [string, string, EgressRule][] = [
    ['another host in its Host header', plain('GET', 'evil.example', '/'), 'name-mismatch'],
    ['another port in its Host header', plain('GET', 'pypi.org:8443', '/'), 'name-mismatch'],
    ['two Host headers', plain('GET', 'pypi.org', '/', ['Host: evil.example']), 'bad-request'],
    ['no Host header', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 'bad-request'],
    ['an absolute address', plain('GET', 'pypi.org', 'http://evil.example/'), 'bad-request'],
    ['the absolute address of its own host', plain('GET', 'pypi.org', 'https://pypi.org/'), 'bad-request'],
    ['a CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', 'bad-request'],
    ['two lengths', plain('POST', 'pypi.org', '/', ['Content-Length: 0', 'Content-Length: 5']), 'bad-request'],
    [
      'a length and chunks',
      plain('POST', 'pypi.org', '/', ['Content-Length: 5', 'Transfer-Encoding: chunked']),
      'bad-request',
    ],
    ['chunks in another spelling', plain('POST', 'pypi.org', '/', ['Transfer-Encoding: xchunked']), 'bad-request'],
    ['chunks twice', plain('POST', 'pypi.org', '/', ['Transfer-Encoding: chunked, chunked']), 'bad-request'],
    [
      'a header with a space before its colon',
      plain('GET', 'pypi.org', '/', ['Transfer-Encoding : chunked']),
      'bad-request',
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: pypi.org\r\nX: a\r\n b: c\r\n\r\n', 'bad-request'],
    ['a path with a fragment', plain('GET', 'pypi.org', '/a#b'), 'bad-request'],
  ];
  it.each(cases)('inside TLS with %s is refused', async (_what, bytes, rule) => {
    expect(await askInside(world, 'pypi.org:443', bytes)).toMatch(/^HTTP\/1.1 400/);
    await stoppedBy(rule);
  });

  it('to an https address without a tunnel, or to the proxy itself, is refused', async () => {
    for (const path of ['https://pypi.org/', '/', '*', 'ftp://pypi.org/'])
      expect(await sendRaw(world.socketPath, plain('GET', 'pypi.org', path)), path).toMatch(/^HTTP\/1.1 4/);
    expect(world.seen).toEqual([]);
    expect(world.attempts).toHaveLength(4);
  });

  it('whose body is a second request stays one request', async () => {
    const smuggled = plain('POST', 'pypi.org', '/smuggled');
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
    await askInside(
      world,
      'pypi.org:443',
      `${plain('GET', 'pypi.org', '/one', ['Transfer-Encoding: chunked'])}${chunk}`,
    );
    await askInside(
      world,
      'pypi.org:443',
      `${plain('DELETE', 'pypi.org', '/two', [`Content-Length: ${smuggled.length}`])}${smuggled}`,
    );
    expect(world.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /one', 'DELETE /two']);
    expect(world.seen.map(({ body }) => body)).toEqual([smuggled, smuggled]);
  });

  it('behind another on the same connection is judged like the first', async () => {
    world.proxy.setPolicy(access({ preset: 'all' }));
    const secured = await secureTunnel(world, 'pypi.org:443');
    const answered = readAll(secured);
    secured.write(
      `GET /first HTTP/1.1\r\nHost: pypi.org\r\n\r\n${plain('POST', 'pypi.org', '/second', ['Content-Length: 0'])}`,
    );
    expect(await answered).toMatch(/^HTTP\/1.1 200[\s\S]*HTTP\/1.1 403/);
    expect(world.seen.map(({ path }) => path)).toEqual(['/first']);
  });

  it('loses what belongs to the proxy, and to one hop', async () => {
    await askInside(
      world,
      'pypi.org:443',
      plain('GET', 'pypi.org', '/', [
        'Proxy-Authorization: Basic eA==',
        'Proxy-Connection: keep-alive',
        'TE: trailers',
        'X-One: 1',
        'Connection: x-one, host',
      ]),
    );
    const names = world.seen[0]?.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names).toEqual(['host', 'connection']);
  });

  it('to the gateway cannot say who it comes from', async () => {
    const host = 'gateway.reeve.example:8443';
    await askInside(
      world,
      host,
      plain('GET', host, '/v1/models', ['X-Forwarded-For: 10.0.0.1', 'Forwarded: for=x', 'X-Real-IP: 1']),
    );
    expect(Object.keys(world.seen[0]?.headers ?? {}).sort()).toEqual(['connection', 'host']);
  });

  it('that follows a redirect is judged for itself', async () => {
    world.proxy.setPolicy(access({ domains: ['pypi.org'] }));
    world.answers.set('/away', (_request, response) =>
      response.writeHead(302, { location: 'https://evil.example/' }).end(),
    );
    expect(await askInside(world, 'pypi.org:443', plain('GET', 'pypi.org', '/away'))).toMatch(
      / 302 [\s\S]*location: https:\/\/evil/i,
    );
    const { answer } = await openTunnelTo(world.socketPath, 'evil.example:443');
    expect(answer).toContain('domain-not-listed');
  });
});

describe('a WebSocket', () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const ask = plain('GET', 'pypi.org', '/socket', ['Upgrade: websocket', `Sec-WebSocket-Key: ${key}`]).replace(
    'Connection: close',
    'Connection: Upgrade',
  );
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

  it('is passed both ways with all methods, and its bytes are counted', async () => {
    world.servers.https.once('upgrade', (_request, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`,
      );
      socket.on('data', (chunk: Buffer) => socket.end(`you said ${chunk}`));
    });
    const secured = await secureTunnel(world, 'pypi.org:443');
    const all = readAll(secured);
    secured.write(ask);
    secured.once('data', () => secured.write('hi'));
    expect(await all).toMatch(/^HTTP\/1.1 101[\s\S]*hello[\s\S]*you said hi$/);
    secured.destroy();
    await expect.poll(() => world.attempts).toMatchObject([{ rule: 'preset-all', status: 101, path: '/socket' }]);
  });

  it('is refused with safe methods, and with data before its answer', async () => {
    world.proxy.setPolicy(access({ preset: 'all' }));
    expect(await askInside(world, 'pypi.org:443', ask)).toMatch(/^HTTP\/1.1 403/);
    await stoppedBy('websocket-not-allowed');
    world.proxy.setPolicy(access({ preset: 'all', methods: 'all' }));
    expect(await askInside(world, 'pypi.org:443', `${ask}POST / HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
    expect(world.seen).toEqual([]);
  });
});

describe('much of it', () => {
  it('is held back by the slower side', async () => {
    let sent = 0;
    world.answers.set('/endless', (_request, response) => {
      const more = () => {
        do sent += 65_536;
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const secured = await secureTunnel(world, 'pypi.org:443');
    secured.pause();
    secured.write(plain('GET', 'pypi.org', '/endless'));
    let before = -1;
    // It has come to rest when nothing more is sent.
    await expect
      .poll(
        () => {
          const [isAtRest, now] = [sent > 0 && sent === before, sent];
          before = now;
          return isAtRest;
        },
        { interval: 300 },
      )
      .toBe(true);
    expect(sent).toBeLessThan(50_000_000);
    secured.destroy();
  });

  it('is counted in connections', async () => {
    world.proxy.setPolicy(access({ preset: 'all' }));
    const sockets = await Promise.all(
      Array.from({ length: mostConnections }).map(
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect({ path: world.socketPath }, () => resolve(socket));
            socket.on('error', () => undefined);
          }),
      ),
    );
    expect(await sendRaw(world.socketPath, plain('GET', 'pypi.org', 'http://pypi.org/'))).toMatch(/^HTTP\/1.1 503/);
    await expect.poll(() => world.attempts.map(({ rule }) => rule)).toContain('too-many-connections');
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() => sendRaw(world.socketPath, plain('GET', 'pypi.org', 'http://pypi.org/')))
      .toMatch(/^HTTP\/1.1 200/);
  });
});
