import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate, type SecureVersion } from 'node:tls';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CertificateOptions, type Certificates, hostOf, openCertificates } from './certificates.ts';
import { openAuthority } from './local-authority.ts';

const dayMs = 86_400_000;
let folder: string;
let now: Date;
let lines: string[];
const opened: Certificates[] = [];
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-tls-'));
  now = new Date();
  lines = [];
});
afterEach(async () => {
  for (const certificates of opened.splice(0)) certificates.close();
  for (const server of servers.splice(0)) await new Promise((closed) => server.close(closed));
  await rm(folder, { recursive: true });
});

async function open(options: Partial<CertificateOptions> = {}): Promise<Certificates> {
  const certificates = await openCertificates({
    config: { dataFolder: folder, tls: null },
    host: 'reeve.example.test',
    clock: () => now,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    ...options,
  });
  opened.push(certificates);
  return certificates;
}

async function serve(certificates: Certificates): Promise<number> {
  const server = createServer(certificates.tlsOptions(), (_request, response) => response.end('ok'));
  certificates.attach(server);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

interface Visit {
  port: number;
  servername: string;
  ca: string | null;
  maxVersion?: SecureVersion;
}

/** A handshake with full verification, against `ca` only. */
const visit = ({ port, servername, ca, maxVersion }: Visit): Promise<PeerCertificate> =>
  new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ...(/^[\d.:]+$/.test(servername) ? { host: '127.0.0.1' } : { servername }),
      ca: ca ?? [],
      ...(maxVersion ? { maxVersion, minVersion: 'TLSv1' as const } : {}),
    });
    socket.on('error', reject);
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
  });

const tlsFile = (name: string) => join(folder, 'tls', name);

test('a client that trusts the local authority reaches every own name', async () => {
  const certificates = await open();
  const port = await serve(certificates);
  for (const servername of ['reeve.example.test', 'localhost', '127.0.0.1']) {
    await visit({ port, servername, ca: certificates.authorityPem });
  }
  await expect(visit({ port, servername: 'localhost', ca: null })).rejects.toThrow(/certificate/);
  await expect(visit({ port, servername: 'chatgpt.com', ca: certificates.authorityPem })).rejects.toThrow(/altnames/);
});

test('the key of the authority is readable by its owner only, and no key of a leaf is stored', async () => {
  await open();
  expect((await stat(tlsFile('ca.key'))).mode & 0o777).toBe(0o600);
  expect((await readdir(join(folder, 'tls'))).sort()).toEqual(['ca.key', 'ca.pem']);
});

test('TLS older than 1.2 is refused', async () => {
  const certificates = await open();
  const port = await serve(certificates);
  await expect(
    visit({ port, servername: 'localhost', ca: certificates.authorityPem, maxVersion: 'TLSv1.1' }),
  ).rejects.toThrow();
  await visit({ port, servername: 'localhost', ca: certificates.authorityPem, maxVersion: 'TLSv1.2' });
});

test('certificates carry what strict verifiers want', async () => {
  const certificates = await open();
  const authority = new X509Certificate(certificates.authorityPem ?? '');
  const leaf = new X509Certificate(certificates.tlsOptions().cert);
  expect(authority.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(authority)).toBe(true);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.subjectAltName).toBe(
    'DNS:reeve.example.test, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect(new Date(leaf.validTo).getTime() - new Date(leaf.validFrom).getTime()).toBeLessThan(398 * dayMs);
});

test('a stolen authority cannot stand in for another site', async () => {
  await open();
  const stolen = await openAuthority(
    { folder: join(folder, 'tls'), name: 'ca', title: '' },
    { names: ['localhost'], now, onReplaced: () => {} },
  );
  const { certificatePem, keyPem } = await stolen.issue(['bank.example.com'], now);
  const server = createServer({ cert: certificatePem, key: keyPem });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await expect(visit({ port, servername: 'bank.example.com', ca: stolen.certificatePem })).rejects.toThrow(
    /permitted subtree/,
  );
});

test('a second start keeps the authority; another host in REEVE_URL gets a new one and says so', async () => {
  const first = await open();
  expect((await open()).authorityPem).toBe(first.authorityPem);
  expect(lines).toEqual([]);
  const moved = await open({ host: 'codex.example.test' });
  expect(moved.authorityPem).not.toBe(first.authorityPem);
  expect(lines.join()).toContain('it may not sign for codex.example.test');
  const port = await serve(moved);
  await visit({ port, servername: 'codex.example.test', ca: moved.authorityPem });
});

test.each(['192.0.2.7', '2001:db8::7', 'xn--bcher-kva.example'])(
  'REEVE_URL with the host %s keeps its authority',
  async (host) => {
    const first = await open({ host });
    expect((await open({ host })).authorityPem).toBe(first.authorityPem);
  },
);

test('an authority that has run out is replaced', async () => {
  const first = await open();
  now = new Date(now.getTime() + 3651 * dayMs);
  expect((await open()).authorityPem).not.toBe(first.authorityPem);
  expect(lines.join()).toContain('it has expired');
});

test('a damaged authority is not silently replaced', async () => {
  await open();
  await writeFile(tlsFile('ca.key'), 'damaged');
  await expect(open()).rejects.toThrow(/cannot be read .*clients must join again/);
});

test('a leaf is renewed a month before it expires, without a restart', async () => {
  const present = now;
  now = new Date(present.getTime() - 61 * dayMs);
  const certificates = await open();
  const port = await serve(certificates);
  const before = await visit({ port, servername: 'localhost', ca: certificates.authorityPem });
  expect(await certificates.refresh()).toBe('unchanged');
  now = present;
  expect(await certificates.refresh()).toBe('renewed');
  const after = await visit({ port, servername: 'localhost', ca: certificates.authorityPem });
  expect(after.serialNumber).not.toBe(before.serialNumber);
});

test('foreign names are answered only on request, under an authority of their own', async () => {
  const certificates = await open({ extraNames: ['auth.openai.com', 'chatgpt.com'] });
  const port = await serve(certificates);
  await visit({ port, servername: 'auth.openai.com', ca: certificates.extraAuthorityPem });
  await visit({ port, servername: 'localhost', ca: certificates.authorityPem });
  await expect(visit({ port, servername: 'auth.openai.com', ca: certificates.authorityPem })).rejects.toThrow();
});

test.each([
  ['https://reeve.example.com', 'reeve.example.com'],
  ['https://[::1]:8443', '::1'],
])('the host of %s is %s', (origin, host) => {
  expect(hostOf(origin)).toBe(host);
});

test('the authority file holds one certificate that a trust store takes', async () => {
  await open();
  expect(await readFile(tlsFile('ca.pem'), 'utf8')).toMatch(
    /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n$/,
  );
});
