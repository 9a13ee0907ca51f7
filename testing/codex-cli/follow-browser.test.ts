import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '#server/http/local-authority.ts';
import { createBrowser, followBrowser } from './follow-browser.ts';

async function serve(listener: http.RequestListener, tls?: https.ServerOptions) {
  const server = (tls ? https.createServer(tls, listener) : http.createServer(listener)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('redirects are followed across servers, with cookies and forms', async () => {
  const callback = await serve((request, response) => response.end(`called back ${request.url}`));
  const site = await serve(async (request, response) => {
    if (request.url === '/authorize') {
      response.writeHead(302, { location: '/sign-in', 'set-cookie': 'flow=f1; Path=/; HttpOnly' }).end();
    } else if (request.method === 'GET') response.end('<form method="post">');
    else {
      const form = new URLSearchParams(await text(request));
      const seen = `${request.headers.cookie} ${form.get('email')} ${request.headers.origin === site}`;
      response.writeHead(303, { location: `${callback}/auth?seen=${encodeURIComponent(seen)}` }).end();
    }
  });
  const browser = createBrowser();
  const page = await browser.get(`${site}/authorize`);
  expect(page).toMatchObject({ status: 200, body: '<form method="post">' });
  expect(page.visited.map(({ pathname }) => pathname)).toEqual(['/authorize', '/sign-in']);

  const landed = await browser.submit(page.url, { email: 'ada@corp.test' });
  expect(landed.url.origin).toBe(callback);
  expect(landed.url.searchParams.get('seen')).toBe('flow=f1 ada@corp.test true');
});

test('names can be given an address', async () => {
  const site = await serve((request, response) => response.end(request.headers.host));
  const { port } = new URL(site);
  const page = await followBrowser(`http://codex.corp.test:${port}/`, { hosts: { 'codex.corp.test': '127.0.0.1' } });
  expect(page.body).toBe(`codex.corp.test:${port}`);
});

test('a circle of redirects ends with the addresses', async () => {
  const site = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
  await expect(followBrowser(site)).rejects.toThrow(/more than 20 redirects[\s\S]*\/again/);
});

test('an unreachable address says which', async () => {
  await expect(followBrowser('http://127.66.66.66:1/nowhere')).rejects.toThrow(
    'GET http://127.66.66.66:1/nowhere failed',
  );
});

test('only the given authority is trusted', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'reeve-browser-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const names = ['codex.corp.test'];
  const now = new Date();
  const files = { folder, name: 'ca', title: 'Test authority' };
  const authority = await openAuthority(files, { names, now, onReplaced: () => undefined });
  const leaf = await authority.issue(names, now);
  const site = await serve((_request, response) => response.end('over TLS'), {
    cert: leaf.certificatePem,
    key: leaf.keyPem,
  });
  const url = `https://codex.corp.test:${new URL(site).port}/`;
  const hosts = { 'codex.corp.test': '127.0.0.1' };
  expect((await followBrowser(url, { hosts, trustedCa: authority.certificatePem })).body).toBe('over TLS');
  await expect(followBrowser(url, { hosts })).rejects.toThrow('failed');
});
