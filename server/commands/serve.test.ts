import { readdir, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '#testing/free-port.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openOwnApiSession } from '#testing/own-api-session.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

const secretForms = /owner-[\w-]{20,}|PRIVATE KEY|[A-Za-z0-9+/]{43}=/;
test('a first start shows the owner link once and is alone on its folder; later starts have no secret to show', async () => {
  const reeve = await openInstallation({}, { isFirstStart: true });
  const metricsPort = await freePort();
  const first = await reeve.serve({ REEVE_METRICS_LISTEN: `127.0.0.1:${metricsPort}` });
  expect(first.stdout).toContain(reeve.origin);
  expect(first.stdout).toContain(join(reeve.dataFolder, 'tls', 'ca.pem'));
  expect(first.stdout).toMatch(/curl .*\/join\.sh \| sh/);
  expect(first.stdout).toContain('codex login --device-auth');
  const link = ownerLinkIn(first.stdout);
  expect(link.startsWith(`${reeve.origin}/setup#owner-`)).toBe(true);

  const closed = ['', 'db', 'keys', 'keys/master.key', 'tls', 'tls/ca.key', 'control.json', 'control.sock'];
  for (const name of closed) expect((await stat(join(reeve.dataFolder, name))).mode & 0o077, name).toBe(0);

  const second = await reeve.run(['serve'], { REEVE_LISTEN: `127.0.0.1:${await freePort()}` });
  expect(second.exitCode).toBe(75);
  expect(second.stderr).toContain(`${reeve.dataFolder} is in use by process ${first.pid}`);
  expect(second.stderr).not.toContain('    at ');
  expect(first.running).toBe(true);

  const { browser } = openOwnApiSession(reeve);
  expect((await browser.get(`${reeve.origin}/healthz`)).status).toBe(200);
  expect((await browser.get(`${reeve.origin}/metrics`)).body).not.toContain('reeve_http');
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(metrics).toMatch(/reeve_http_requests_total\{method="GET",route="\/healthz",status="200"\} 1/);
  expect((await fetch(`http://127.0.0.1:${metricsPort}/healthz`)).status).toBe(404);

  first.kill('SIGTERM');
  expect((await first.exit).exitCode).toBe(0);
  expect(first.stdout).toContain('Stopped.');

  const later = await reeve.serve();
  expect(later.stdout + later.stderr).not.toMatch(secretForms);
  expect(later.stdout).toContain('None yet');
  const made = await reeve.run(['owner-link']);
  await expect(foundOrganisation(reeve, link)).rejects.toThrow();
  await foundOrganisation(reeve, ownerLinkIn(made.stdout));
  later.kill('SIGINT');
  await later.exit;

  const owned = await reeve.serve();
  expect(owned.stdout + owned.stderr).not.toMatch(secretForms);
  expect(owned.stdout).not.toContain('First owner');
});

test.each([
  { name: 'a wrong value', env: { REEVE_LISTEN: 'everywhere' }, says: 'REEVE_LISTEN', exitCode: 78 },
  {
    name: 'a missing certificate',
    env: { REEVE_TLS_CERT: '/nowhere.pem', REEVE_TLS_KEY: '/nowhere.key' },
    says: 'REEVE_TLS_CERT',
    exitCode: 78,
  },
  { name: 'a file in place of the folder', env: { REEVE_DATA: '/dev/null' }, says: 'REEVE_DATA', exitCode: 73 },
  {
    name: 'an address of another machine',
    env: { REEVE_LISTEN: '192.0.2.1:8443', REEVE_URL: 'https://reeve.example.com' },
    says: 'REEVE_LISTEN',
    exitCode: 69,
  },
  {
    name: 'no PostgreSQL there',
    env: { REEVE_DATABASE_URL: 'postgres://reeve:hidden-word@127.0.0.1:9/reeve' },
    says: 'REEVE_DATABASE_URL',
    exitCode: 69,
  },
])('$name is refused with the variable and what to do', async ({ env, says, exitCode }) => {
  const reeve = await openInstallation();
  const refused = await reeve.run(['serve'], env);
  expect(refused.stderr).toContain(says);
  expect(refused.stderr).not.toMatch(/ {4}at |hidden-word/);
  expect(refused.stdout).toBe('');
  expect(refused.exitCode).toBe(exitCode);
});

test('a port in use is refused at once, before anything is set up', async () => {
  const reeve = await openInstallation();
  const other = createServer().listen(reeve.port, '127.0.0.1');
  try {
    const refused = await reeve.run(['serve']);
    expect(refused.exitCode).toBe(69);
    expect(refused.stderr).toMatch(/REEVE_LISTEN: cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/);
    expect(await readdir(reeve.dataFolder)).not.toContain('db');
  } finally {
    other.close();
  }
  const started = await reeve.serve();
  ownerLinkIn(started.stdout);
});

test('a wrong or lost master key is told before anything needs it, and none is made in its place', async () => {
  const reeve = await openInstallation();
  const first = await reeve.serve();
  const { owner } = await foundOrganisation(reeve, ownerLinkIn(first.stdout));
  await owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-of-the-upstream' });
  first.kill('SIGTERM');
  await first.exit;
  const wrong = await reeve.run(['serve'], { REEVE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') });
  expect(wrong.exitCode).toBe(78);
  expect(wrong.stderr).toContain('REEVE_MASTER_KEY: this master key does not open');

  const keyFile = join(reeve.dataFolder, 'keys', 'master.key');
  const elsewhere = join(reeve.dataFolder, 'elsewhere.key');
  await rename(keyFile, elsewhere);
  const lost = await reeve.run(['serve']);
  expect(lost.exitCode).toBe(78);
  expect(lost.stderr).toContain(`The master key is missing: ${keyFile}`);
  expect(await readdir(join(reeve.dataFolder, 'keys'))).toEqual([]);
  await reeve.serve({ REEVE_MASTER_KEY_FILE: elsewhere });
});

test('a command is misspelt: the right one is suggested', async () => {
  const reeve = await openInstallation();
  const refused = await reeve.run(['sevre']);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('Did you mean serve?');
  expect((await reeve.run(['serve', '--no-job'])).stderr).toContain('Did you mean --no-jobs?');
  expect((await reeve.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await reeve.run(['--help'])).stdout).toContain('Examples:');
  expect(await readdir(reeve.dataFolder).catch(() => [])).toEqual([]);
});
