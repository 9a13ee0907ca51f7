import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '#server/http/local-authority.ts';
import { vendorNameIn, vendorNames } from './vendor-names.ts';
import { startVendorProxy } from './vendor-proxy.ts';

const folder = mkdtempSync(join(tmpdir(), 'reeve-proxy-'));
let authorityPem = '';

beforeAll(async () => {
  const files = { folder, name: 'ca', title: 'Reeve test' };
  authorityPem = (await openAuthority(files, { names: vendorNames, now: new Date(), onReplaced: () => undefined }))
    .certificatePem;
});
afterAll(() => rmSync(folder, { recursive: true }));

async function startReeve(names: readonly string[]) {
  const authority = await openAuthority(
    { folder, name: 'ca', title: '' },
    { names: vendorNames, now: new Date(), onReplaced: () => undefined },
  );
  const { certificatePem, keyPem } = await authority.issue(names, new Date());
  const reeve = createServer({ cert: certificatePem, key: keyPem }, (request, response) => {
    response.end(`${request.headers.host} ${request.url}`);
  });
  await new Promise<void>((resolve) => reeve.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    reeve.closeAllConnections();
    reeve.close();
  });
  return `https://127.0.0.1:${(reeve.address() as AddressInfo).port}`;
}

async function startProxy(names: readonly string[] = vendorNames) {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const reeveOrigin = await startReeve(names);
  const proxy = await startVendorProxy({ listen: { host: '127.0.0.1', port: 0 }, reeveOrigin, authorityPem, log });
  onTestFinished(() => proxy.close());
  return { proxy, lines, reeveOrigin };
}

const dial = (proxyUrl: string): Socket => connect(Number(new URL(proxyUrl).port), '127.0.0.1');

/** Sends one request head and returns everything until the proxy ends the connection. */
async function ask(proxyUrl: string, head: string): Promise<string> {
  const socket = dial(proxyUrl);
  socket.write(head);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

const connectHead = (target: string) => `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n`;

async function openTunnel(proxyUrl: string, target: string): Promise<Socket> {
  const socket = dial(proxyUrl);
  socket.write(connectHead(target));
  const status = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))));
  expect(status).toBe('HTTP/1.1 200 Connection established\r\n\r\n');
  return socket;
}

describe('the names', () => {
  test.each([
    ['auth.openai.com:443', 'auth.openai.com'],
    ['ChatGPT.com:443', 'chatgpt.com'],
    ['chatgpt.com:80', null],
    ['chatgpt.com', null],
    ['chatgpt.com.:443', null],
    ['chatgpt.com:443 ', null],
    ['evil.chatgpt.com:443', null],
    ['chatgpt.com.evil.example:443', null],
    ['user@chatgpt.com:443', null],
    ['127.0.0.1:443', null],
    ['', null],
  ])('%s leads to %s', (target, name) => {
    expect(vendorNameIn(target)).toBe(name);
  });
});

describe('reeve proxy', () => {
  test.each(vendorNames)('leads %s to Reeve, which proves the name itself', async (name) => {
    const { proxy, lines } = await startProxy();
    const socket = await openTunnel(proxy.url, `${name}:443`);
    const tls = connectTls({ socket, servername: name, ca: authorityPem });
    tls.write(`GET /oauth/authorize HTTP/1.1\r\nhost: ${name}\r\nconnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of tls) text += chunk;
    expect(text).toContain(`${name} /oauth/authorize`);
    expect(lines.join('')).toContain('"msg":"tunnel"');
  });

  test.each([
    ['another name', connectHead('example.com:443')],
    ['another port', connectHead('chatgpt.com:22')],
    ['Reeve itself', connectHead('127.0.0.1:8443')],
    ['a plain request', 'GET http://chatgpt.com/ HTTP/1.1\r\nhost: chatgpt.com\r\n\r\n'],
    ['another path', 'GET /admin HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['another method', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'],
  ])('refuses %s with 403, the reason and a log line', async (_what, head) => {
    const { proxy, lines } = await startProxy();
    const answer = await ask(proxy.url, head);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    expect(answer).toContain('reeve proxy leads to Reeve only: auth.openai.com, chatgpt.com');
    expect(lines.join('')).toContain('"msg":"refused"');
  });

  test('says what to do when Reeve does not answer for the names', async () => {
    const { proxy } = await startProxy(['chatgpt.com']);
    const answer = await ask(proxy.url, connectHead('auth.openai.com:443'));
    expect(answer).toMatch(/^HTTP\/1\.1 502 Bad Gateway/);
    expect(answer).toContain('does not present a trusted certificate for auth.openai.com');
    expect(answer).toContain('Its operator has to turn proxy mode on');
    (await openTunnel(proxy.url, 'chatgpt.com:443')).destroy();
  });

  test('says so when Reeve cannot be reached', async () => {
    const log = pino({ level: 'silent' });
    const reeveOrigin = 'https://127.0.0.1:1';
    const proxy = await startVendorProxy({ listen: { host: '127.0.0.1', port: 0 }, reeveOrigin, authorityPem, log });
    onTestFinished(() => proxy.close());
    const answer = await ask(proxy.url, connectHead('chatgpt.com:443'));
    expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*cannot use Reeve at https:\/\/127\.0\.0\.1:1/);
  });

  test('has a page that says what it does, whom it is for and how to use it', async () => {
    const { proxy, reeveOrigin } = await startProxy();
    const response = await fetch(proxy.url);
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('reach Reeve at');
    expect(page).toContain('instead of OpenAI');
    expect(page).toContain('machines whose owner set it up');
    expect(page).toContain(`HTTPS_PROXY=&#39;${proxy.url}&#39;`);
    expect(page).toContain(reeveOrigin);
    for (const name of vendorNames) expect(page).toContain(name);
  });

  test('closing ends open tunnels', async () => {
    const { proxy } = await startProxy();
    const socket = await openTunnel(proxy.url, 'chatgpt.com:443');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await proxy.close();
    await ended;
  });
});
