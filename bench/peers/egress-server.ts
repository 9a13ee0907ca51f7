/** A server of bytes: `/N` answers N of them, over HTTP and over TLS. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '#testing/servers/test-authority.ts';
import { announce } from './announce.ts';

const authority = await createTestAuthority('Bench');
const { certificatePem, keyPem } = await authority.issueServer(['bench.example', '127.0.0.1']);
const bodies = new Map<string, Buffer>();
const answer: RequestListener = (request, response) => {
  const url = request.url ?? '';
  const body = bodies.get(url) ?? Buffer.alloc(Number(url.slice(1)));
  bodies.set(url, body);
  response.writeHead(200, { 'content-length': body.length }).end(body);
};
const http = createServer(answer);
const https = createTlsServer({ cert: certificatePem, key: keyPem }, answer);
const listen = (server: typeof http) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
await Promise.all([listen(http), listen(https)]);
const folder = mkdtempSync(join(tmpdir(), 'reeve-bench-'));
const authorityFile = join(folder, 'ca.pem');
writeFileSync(authorityFile, authority.pem);
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const portOf = (server: typeof http) => (server.address() as AddressInfo).port;
announce({ httpPort: portOf(http), httpsPort: portOf(https), authorityFile });
