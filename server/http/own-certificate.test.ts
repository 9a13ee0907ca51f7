import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCertificates } from './certificates.ts';
import { type LocalAuthority, openAuthority } from './local-authority.ts';
import { readOwnCertificate } from './own-certificate.ts';

const dayMs = 86_400_000;
const host = 'reeve.example.test';
const now = new Date();
let folder: string;
let authority: LocalAuthority;
let files: { certificateFile: string; keyFile: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-own-tls-'));
  files = { certificateFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  authority = await openAuthority(
    { folder, name: 'ca', title: 'Corporate' },
    { names: [host, 'other.example.test'], now, onReplaced: () => {} },
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function install({ names = [host], at = now }: { names?: string[]; at?: Date } = {}) {
  const issued = await authority.issue(names, at);
  await writeFile(files.certificateFile, issued.certificatePem);
  await writeFile(files.keyFile, issued.keyPem);
  return issued;
}

const reading = () => readOwnCertificate(files, { host, now });

test('a certificate that fits is taken, with its chain', async () => {
  const { certificatePem } = await install();
  await writeFile(files.certificateFile, certificatePem + authority.certificatePem);
  expect((await reading()).certificatePem).toBe(certificatePem + authority.certificatePem);
});

test('files that are missing or no PEM are refused by variable and path', async () => {
  await expect(reading()).rejects.toThrow(`REEVE_TLS_CERT: cannot read ${files.certificateFile} (ENOENT)`);
  await install();
  await rm(files.keyFile);
  await expect(reading()).rejects.toThrow('REEVE_TLS_KEY: cannot read');
  await writeFile(files.keyFile, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n');
  await expect(reading()).rejects.toThrow(/REEVE_TLS_KEY: .*has a passphrase/);
  await writeFile(files.certificateFile, 'nothing');
  await expect(reading()).rejects.toThrow('holds no PEM certificate');
});

test('a key of another certificate is refused', async () => {
  await install();
  await writeFile(files.keyFile, (await authority.issue([host], now)).keyPem);
  await expect(reading()).rejects.toThrow('does not belong to the key');
});

test('an expired certificate and one of the future are refused', async () => {
  await install({ at: new Date(now.getTime() - 100 * dayMs) });
  await expect(reading()).rejects.toThrow('expired on');
  await install({ at: new Date(now.getTime() + 10 * dayMs) });
  await expect(reading()).rejects.toThrow('is not valid before');
});

test('a certificate for another host is refused, saying which it covers', async () => {
  await install({ names: ['other.example.test'] });
  await expect(reading()).rejects.toThrow(
    `does not cover ${host}, the host of REEVE_URL; it covers DNS:other.example.test`,
  );
});

test('a chain out of order is refused', async () => {
  const { certificatePem } = await install();
  const stranger = await authority.issue(['other.example.test'], now);
  await writeFile(files.certificateFile, certificatePem + stranger.certificatePem);
  await expect(reading()).rejects.toThrow('certificate 2 did not issue certificate 1');
});

test('a replaced file is taken while running; one that cannot be used is not', async () => {
  await install();
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const certificates = await openCertificates({
    config: { dataFolder: folder, tls: files },
    host,
    clock: () => now,
    log,
  });
  try {
    expect(certificates.authorityPem).toBeNull();
    const renewed = await install();
    expect(await certificates.refresh()).toBe('renewed');
    expect(certificates.tlsOptions().cert).toBe(renewed.certificatePem);
    await install({ names: ['other.example.test'] });
    expect(await certificates.refresh()).toBe('refused');
    expect(await certificates.refresh()).toBe('refused');
    expect(certificates.tlsOptions().cert).toBe(renewed.certificatePem);
    expect(lines.filter((line) => line.includes('the former one stays in use'))).toHaveLength(1);
  } finally {
    certificates.close();
  }
});
