import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { SecureVersion } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { VerifyCheck } from '#contract/setup.ts';
import { systemActor } from '#server/audit/index.ts';
import { backgroundJobs } from '#server/background-jobs.ts';
import { noteBackup } from '#server/backup/last-backup.ts';
import { writeBackup } from '#server/backup/write-backup.ts';
import { type Config, readConfig } from '#server/config.ts';
import { dumpDatabase } from '#server/db/dump-database.ts';
import { openAuthority } from '#server/http/local-authority.ts';
import { openJobs } from '#server/jobs/open-jobs.ts';
import { setUpstream } from '#server/models/upstream.ts';
import { freePort } from '#testing/free-port.ts';
import { startMailServer } from '#testing/servers/mail.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { checkList } from './check-list.ts';
import { readChecks, runEachCheck } from './run-checks.ts';

let reeve: TestReeve;
let workspaceId: string;
let folder: string;
const closing: (() => Promise<unknown>)[] = [];
const dayMs = 86_400_000;

beforeAll(async () => {
  reeve = await startTestReeve();
  folder = await mkdtemp(join(tmpdir(), 'reeve-checks-'));
  ({ workspaceId } = await seedWorkspace(reeve.services.db));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  reeve.setNow(null);
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await reeve.close();
  await rm(folder, { recursive: true, force: true });
});

async function look(id: string, more: { config?: Partial<Config>; origin?: string } = {}): Promise<VerifyCheck> {
  const check = checkList.find((each) => each.id === id);
  if (!check) throw new Error(`no check is called ${id}`);
  const { services } = reeve;
  const used = { ...services, ...more, config: { ...services.config, ...more.config } };
  await runEachCheck(used, workspaceId, [check]);
  const found = (await readChecks(used, workspaceId)).items.find((item) => item.id === id);
  if (!found) throw new Error(`${id} was not kept`);
  return found;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((closed) => server.close(closed)));
  return (server.address() as AddressInfo).port;
}

/** A proxy before Reeve that people could have put there. */
async function startProxy({ oldest, issuedAt }: { oldest: SecureVersion; issuedAt: Date }): Promise<string> {
  const names = ['localhost', '127.0.0.1'];
  const files = { folder: await mkdtemp(join(folder, 'ca-')), name: 'ca', title: 'Test' };
  const authority = await openAuthority(files, { names, now: issuedAt, onReplaced: () => undefined });
  const { certificatePem, keyPem } = await authority.issue(names, issuedAt);
  const options = { cert: certificatePem, key: keyPem, minVersion: oldest, ciphers: 'DEFAULT:@SECLEVEL=0' };
  const port = await listening(createHttpsServer(options, (_request, response) => response.end()));
  return `https://localhost:${port}`;
}

test('TLS: our own listener refuses 1.0 and 1.1; a proxy that takes them is found', async () => {
  const own = await look('tls-versions');
  expect(own).toMatchObject({ state: 'ok' });
  expect(own.facts.map(({ label, value }) => `${label}: ${value}`).join('\n')).toMatch(
    /TLSv1 at this server: refused[\s\S]*TLSv1\.1 at this server: refused[\s\S]*TLSv1\.2 at this server: accepted[\s\S]*TLSv1\.3 at this server: accepted, TLS_/,
  );
  const origin = await startProxy({ oldest: 'TLSv1', issuedAt: new Date() });
  const loose = await look('tls-versions', {
    origin,
    config: { listen: { host: '127.0.0.1', port: portOf(reeve.origin) } },
  });
  expect(loose).toMatchObject({ state: 'problem', evidence: expect.stringContaining('accepts TLSv1;') });
  expect(loose.evidence).not.toContain('this server');
  const gone = { origin: 'https://localhost:9', config: { listen: { host: '127.0.0.1', port: portOf(reeve.origin) } } };
  expect(await look('tls-versions', gone)).toMatchObject({ state: 'unknown' });
});

const portOf = (origin: string): number => Number(new URL(origin).port);

test('certificate: in force, soon to end, ended', async () => {
  expect(await look('certificate')).toMatchObject({ state: 'ok' });
  reeve.setNow(new Date(Date.now() + 80 * dayMs));
  expect(await look('certificate')).toMatchObject({ state: 'warning' });
  reeve.setNow(null);
  const origin = await startProxy({ oldest: 'TLSv1.2', issuedAt: new Date(Date.now() - 200 * dayMs) });
  const ended = await look('certificate', {
    origin,
    config: { listen: { host: '127.0.0.1', port: portOf(reeve.origin) } },
  });
  expect(ended).toMatchObject({ state: 'problem', next: expect.stringContaining('renewed') });
});

test('upstream and clock: away, a refused key, another time, all right', async () => {
  const { services } = reeve;
  const use = (port: number) =>
    setUpstream(services, {
      workspaceId,
      actor: systemActor('test', workspaceId),
      change: { baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'sk-upstream-of-the-workspace' },
    });
  expect(await look('upstream')).toMatchObject({ state: 'problem', evidence: expect.stringContaining('No upstream') });
  expect(await look('clock')).toMatchObject({ state: 'unknown' });
  await use(await freePort());
  expect(await look('upstream')).toMatchObject({ state: 'problem', evidence: expect.stringContaining('ECONNREFUSED') });
  let answer = { status: 401, ahead: 3_600_000 };
  const port = await listening(
    createHttpServer((request, response) => {
      const isKnown = request.headers.authorization === 'Bearer sk-upstream-of-the-workspace';
      const date = new Date(Date.now() + answer.ahead).toUTCString();
      response.writeHead(isKnown ? answer.status : 500, { date, 'content-type': 'application/json' });
      response.end('{"data":[{"id":"a"},{"id":"b"}]}');
    }),
  );
  await use(port);
  expect(await look('upstream')).toMatchObject({ state: 'problem', evidence: expect.stringContaining('stored key') });
  expect(await look('clock')).toMatchObject({
    state: 'problem',
    evidence: expect.stringMatching(/3[56]\d\d s behind/),
  });
  answer = { status: 200, ahead: 0 };
  expect(await look('upstream')).toMatchObject({ state: 'ok', evidence: expect.stringContaining('2 models') });
  expect(await look('clock')).toMatchObject({ state: 'ok' });
  expect(await look('models')).toMatchObject({ state: 'problem' });
});

test('mail: none, refused, taken; nothing is sent', async () => {
  expect(await look('mail')).toMatchObject({ state: 'warning' });
  await using server = await startMailServer({ credentials: { user: 'reeve', password: 'right' } });
  const mailAs = (password: string) => ({
    config: {
      ...readConfig({
        REEVE_DATA: reeve.dataFolder,
        REEVE_SMTP_URL: `smtp://reeve:${password}@127.0.0.1:${server.port}`,
        REEVE_MAIL_FROM: 'Reeve <reeve@example.com>',
      }),
      // The same server: what another one found is kept beside it.
      listen: reeve.services.config.listen,
    },
  });
  const refused = await look('mail', mailAs('wrong'));
  expect(refused).toMatchObject({ state: 'problem', evidence: expect.stringContaining('does not take mail') });
  expect(refused.evidence).not.toContain('wrong@');
  expect(await look('mail', mailAs('right'))).toMatchObject({ state: 'ok' });
  expect(server.mails).toEqual([]);
});

test('backup: none, restored for trial, damaged, old, gone', async () => {
  const { pglite } = reeve.opened;
  if (!pglite) return expect(await look('backup')).toMatchObject({ state: 'unknown' });
  expect(await look('backup')).toMatchObject({ state: 'warning', next: expect.stringContaining('reeve backup') });
  const { dataFolder } = reeve;
  const make = async (name: string) => {
    const file = join(folder, name);
    const blob = await dumpDatabase(pglite);
    const dump = { bytes: blob.size, content: Readable.fromWeb(blob.stream()) };
    await noteBackup(dataFolder, {
      file,
      manifest: await writeBackup(file, { dataFolder, withKeys: false, dump, now: new Date() }),
    });
    return file;
  };
  const file = await make('whole.tar');
  const whole = await look('backup');
  expect(whole).toMatchObject({ state: 'ok', evidence: expect.stringContaining('restored into a scratch folder') });
  reeve.setNow(new Date(Date.now() + 8 * dayMs));
  expect(await look('backup')).toMatchObject({ state: 'warning', evidence: expect.stringContaining('8 days old') });
  reeve.setNow(null);
  await rm(file);
  expect(await look('backup')).toMatchObject({ state: 'unknown', next: expect.stringContaining('reeve restore') });
  const damaged = await make('damaged.tar');
  await rm(damaged);
  await appendFile(damaged, 'no tar at all');
  expect(await look('backup')).toMatchObject({
    state: 'problem',
    evidence: expect.stringContaining('cannot be restored'),
  });
}, 60_000);

test('the machine: a full disk, no git, no client, and the others there', async () => {
  expect(['ok', 'warning']).toContain((await look('disk')).state);
  // A file system without a single free block.
  expect(await look('disk', { config: { dataFolder: '/proc' } })).toMatchObject({ state: 'problem' });
  expect(await look('git')).toMatchObject({ state: 'ok', evidence: expect.stringContaining('git version') });
  vi.stubEnv('PATH', folder);
  expect(await look('git')).toMatchObject({ state: 'warning', evidence: expect.stringContaining('ENOENT') });
  vi.unstubAllEnvs();
  expect(await look('proof-clients', { config: { clientsFolder: folder } })).toMatchObject({ state: 'warning' });
});

test('the database and the jobs: what is not applied, and what did not run', async () => {
  const { opened, services, keys } = reeve;
  expect(await look('database')).toMatchObject({ state: 'ok' });
  expect(await look('retention')).toMatchObject({ state: 'unknown' });
  const jobs = await openJobs({ opened, config: services.config, log: services.log }, backgroundJobs(services, keys));
  await jobs.close();
  expect(await look('retention')).toMatchObject({
    state: 'warning',
    evidence: expect.stringContaining('Nobody has decided'),
  });
  await opened.pglite?.query(
    "insert into jobs.job (name, state, completed_on) values ('purge-links', 'failed', now()), ('purge-sign-ins', 'completed', now())",
  );
  if (opened.pglite)
    expect(await look('retention')).toMatchObject({
      state: 'problem',
      evidence: expect.stringContaining('purge-links'),
    });
});
