import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { guardedFetch, refuseUnsafeUrl } from './guarded-fetch.ts';

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  'http://idp.example.com',
  'ftp://idp.example.com',
  'file:///etc/passwd',
  'https://user:pass@idp.example.com',
  'https://169.254.169.254/latest/meta-data',
  'https://[fe80::1]/',
  'https://[::ffff:169.254.169.254]/',
  'https://[fd00:ec2::254]/',
  'https://0.0.0.0/',
  'http://10.0.0.1/',
  'https://2852039166/',
])('%s is not asked', (address) => {
  expect(() => refuseUnsafeUrl(new URL(address))).toThrow();
});

test.each([
  'https://idp.example.com',
  'https://10.1.2.3:8443/realms/x',
  'http://127.0.0.1:9000',
  'http://localhost:9000',
  'http://[::1]:9000',
])('%s may be asked', (address) => {
  expect(() => refuseUnsafeUrl(new URL(address))).not.toThrow();
});

test('no redirect is followed, and no body without an end is read', async () => {
  const origin = await serve((request, response) => {
    if (request.url === '/moved') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    response.writeHead(200);
    const more = () => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more);
    };
    more();
  });
  const moved = await guardedFetch(`${origin}/moved`);
  expect(moved.status).toBe(302);
  await expect(guardedFetch(`${origin}/endless`)).rejects.toThrow('sent more than');
});

test('a body and headers arrive as they were given', async () => {
  const origin = await serve(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    response.end(`${request.method} ${request.headers['content-type']} ${body}`);
  });
  const answer = await guardedFetch(`${origin}/token`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'çode',
  });
  expect(await answer.text()).toBe('POST text/plain çode');
});
