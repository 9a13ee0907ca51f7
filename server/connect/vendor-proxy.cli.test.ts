import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '#server/http/local-authority.ts';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { vendorNames } from './vendor-names.ts';
import { startVendorProxy } from './vendor-proxy.ts';

/** Records where the client goes; what Reeve answers there is other tests' matter. */
async function startRecorder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'reeve-proxy-'));
  const authority = await openAuthority(
    { folder, name: 'proxy-ca', title: 'Reeve test' },
    { names: vendorNames, now: new Date(), onReplaced: () => undefined },
  );
  const leaf = await authority.issue(vendorNames, new Date());
  const calls: string[] = [];
  const server = createServer({ cert: leaf.certificatePem, key: leaf.keyPem }, (request, response) => {
    calls.push(`${request.method} https://${request.headers.host}${request.url}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  const reeveOrigin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { reeveOrigin, authorityPem: authority.certificatePem, calls };
}

test('the stock client reaches Reeve under its fixed names, with nothing but the generated environment', async () => {
  const { reeveOrigin, authorityPem, calls } = await startRecorder();
  const refused: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => refused.push(line) });
  const proxy = await startVendorProxy({ listen: { host: '127.0.0.1', port: 0 }, reeveOrigin, authorityPem, log });
  onTestFinished(() => proxy.close());
  const claims = { chatgpt_account_id: 'ws_1', chatgpt_plan_type: 'enterprise', chatgpt_user_id: 'mem_1' };
  const body = { email: 'ada@example.com', exp: 4_000_000_000, 'https://api.openai.com/auth': claims };
  const jwt = [{ alg: 'none' }, body, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const tokens = { id_token: jwt, access_token: jwt, refresh_token: 'rt-1', account_id: 'ws_1' };
  const machine = await createClientMachine({
    authJson: { auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() },
  });
  onTestFinished(() => machine.close());
  const authorityPath = machine.files.home.file('reeve-proxy-ca.pem');
  await machine.files.home.write('reeve-proxy-ca.pem', authorityPem);
  const environment = proxyEnvironment({ proxyUrl: proxy.url, reeveOrigin, authorityPath });
  await machine.files.home.write('reeve-proxy.env', environment);
  const run = (command: string) => machine.shell(`set -a; . "$HOME/reeve-proxy.env"; ${command} </dev/null`);

  await run('codex cloud list');
  expect(calls.join('\n')).toMatch(/^GET https:\/\/chatgpt\.com\/backend-api\/wham\//m);
  await run('codex login --device-auth');
  expect(calls).toContain('POST https://auth.openai.com/api/accounts/deviceauth/usercode');

  const other = await run('curl -sS -o /dev/null https://example.com/');
  expect(other.stderr).toContain('403');
  expect(refused.join('')).toContain('example.com:443');
});
