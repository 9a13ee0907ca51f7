import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeCheckpoint } from '#server/audit/make-checkpoint.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { startProgram } from '#server/stock-client/start-program.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { openInstallation } from '#testing/reeve-program.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

// Each step loads the whole program.
vi.setConfig({ testTimeout: 240_000 });

const main = join(import.meta.dirname, '../main.ts');
let reeve: TestReeve;
let organisation: Organisation;
let folder: string;
let secret: string;

beforeAll(async () => {
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  folder = await mkdtemp(join(tmpdir(), 'reeve-audit-'));
  ({ secret } = await organisation.owner.api.keys.create({ name: 'Auditor', scopes: ['audit.read'], allowedIps: [] }));
}, 240_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await reeve.close();
});

/** In a folder without anything of a server; only what asks Reeve gets its address and the key. */
const audit = (args: string[], { isOnline = false } = {}) =>
  startProgram(process.execPath, [main, 'audit', ...args, ...(isOnline ? ['--ca', reeve.authorityFile] : [])], {
    cwd: folder,
    env: {
      ...programEnvironment(),
      ...(isOnline && { REEVE_ORIGIN: reeve.origin, REEVE_API_KEY: secret }),
    },
  }).exit;
const text = (name: string) => readFile(join(folder, name), 'utf8');

test('an auditor exports with a key, and verifies without a server', async () => {
  const outside = await makeCheckpoint(reeve.services, organisation.workspaceId);
  await writeFile(join(folder, '0000000001.jws'), outside?.jws ?? '');
  const printed = await audit(['public-key'], { isOnline: true });
  await writeFile(join(folder, 'key.json'), printed.stdout);
  expect(await audit(['export', 'log.jsonl'], { isOnline: true })).toMatchObject({ exitCode: 0 });
  const known = ['--public-key', 'key.json', '--checkpoint', '0000000001.jws'];
  const verified = await audit(['verify', 'log.jsonl', ...known]);
  expect(verified).toMatchObject({ exitCode: 0 });
  expect(verified.stdout).toMatch(/Valid: \d+ entries/);
  const told = JSON.parse((await audit(['verify', 'log.jsonl', ...known, '--json'])).stdout);
  expect(told).toMatchObject({ isValid: true, outside: { verified: 1 }, problems: [] });

  const lines = (await text('log.jsonl')).split('\n');
  await writeFile(join(folder, 'forged.jsonl'), lines.map((line) => line.replace('"seq":3,', '"seq":4,')).join('\n'));
  const forged = await audit(['verify', 'forged.jsonl', ...known]);
  expect(forged.exitCode).toBe(2);
  expect(forged.stdout).toMatch(/^removed: Entry 3 is missing\.$/m);
  expect(forged.stdout).toMatch(/^NOT VALID/m);
  expect(await audit(['verify', 'log.jsonl', '--public-key', 'log.jsonl'])).toMatchObject({ exitCode: 1 });

  const [entry] = (await organisation.owner.api.audit.list({ event: 'key.created' })).items;
  const proved = await audit(['prove', entry?.id ?? '', '-o', 'proof.json'], { isOnline: true });
  expect(proved).toMatchObject({ exitCode: 0 });
  expect(await audit(['verify-proof', 'proof.json', '--public-key', 'key.json'])).toMatchObject({ exitCode: 0 });
  await writeFile(join(folder, 'proof.json'), (await text('proof.json')).replace('Auditor', 'Forger'));
  expect(await audit(['verify-proof', 'proof.json', '--public-key', 'key.json'])).toMatchObject({ exitCode: 2 });
});

test('on the machine of the server it works beside a running server and without one', async () => {
  const installation = await openInstallation();
  const key = join(folder, 'local-key.json');
  const log = join(folder, 'local.jsonl');
  const exportAndVerify = async () => {
    await writeFile(key, (await installation.run(['audit', 'public-key', '--installation'])).stdout);
    expect(await installation.run(['audit', 'export', log, '--installation'])).toMatchObject({ exitCode: 0 });
    return installation.run(['audit', 'verify', log, '--public-key', key]);
  };
  const server = await installation.serve();
  expect(await exportAndVerify()).toMatchObject({ exitCode: 0 });
  expect((await installation.run(['audit', 'rotate-key'])).stdout).toContain('vouches for it');
  server.kill('SIGTERM');
  await server.exit;
  expect(await exportAndVerify()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Valid:') });
  expect(await installation.run(['audit', 'export', log])).toMatchObject({ exitCode: 1 });
});
