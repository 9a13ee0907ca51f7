import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Erasure, LegalHold, PersonExport } from '#contract/compliance-people.ts';
import { activityId, keepContent } from '#server/activity/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { recordSamples, sampleEvent, sampleThread } from '#testing/activity-sample.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { digestOfReplaced, runErasure } from './erasure/run-erasure.ts';
import { purgeOldRecords } from './keeping/purge.ts';
import { sealLogs } from './log-files/seal-logs.ts';
import { openPersonWork, type PersonWork } from './open-person-work.ts';
import { expireExports } from './person-export/exports.ts';
import { personExportDialect } from './person-export/fetch-export.ts';
import { complianceRoutes } from './routes.ts';

const dayMs = 86_400_000;
const start = new Date('2026-11-20T10:20:00Z');
let services: TestServices;
let app: ReturnType<typeof createHttpApp>;
let work: PersonWork;
let workspaceId: string;
let grace: string;
let linus: string;

beforeEach(async () => {
  services = await openTestServices();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  grace = await seedMember(services.db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  linus = await seedMember(services.db, { workspaceId, email: 'linus@example.com', name: 'Linus' });
  await services.db.updateTable('workspaces').set({ local_content_kept: true }).execute();
  services.setNow(start);
  work = openPersonWork(services);
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: seeded.ownerId, workspaceId });
  mountOwnApi(app, {
    router: { compliance: complianceRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  mountDialect(app, personExportDialect(services), () => Promise.reject(new Error('nobody signs in here')));
});
afterEach(async () => {
  await work.close();
  await services.close();
});

const call = async <Body>(method: string, path: string, input?: unknown) => {
  const answer = await apiClient(app).call<Body>(method, `/compliance${path}`, input);
  return answer;
};
const later = (days: number) => services.setNow(new Date(start.getTime() + days * dayMs));

const emails: Record<string, string> = {};
/** A prompt with content, as the gateway keeps it. */
async function prompts(memberId: string, count: number, word: string) {
  const label = memberId === grace ? 'grace@example.com' : 'linus@example.com';
  emails[memberId] = label;
  const events = Array.from({ length: count }, (_, index) =>
    sampleEvent(workspaceId, {
      kind: 'prompt.sent',
      source: 'gateway',
      sameAs: [sampleThread, `${memberId}-${word}-${index}`],
      memberId,
      memberLabel: label,
      callId: null,
      reportedAt: services.clock(),
    }),
  );
  await recordSamples(services, events);
  await services.db.transaction().execute((tx) =>
    keepContent(
      services,
      tx,
      events.map((event, index) => ({ event, content: { prompt: `${word} ${index}` } })),
      { surfaces: 'local', at: services.clock() },
    ),
  );
  return events.map(activityId);
}
const files = () => services.db.selectFrom('compliance_log_files').selectAll().orderBy('end_time').execute();
async function linesOf(blob: string) {
  const found = await services.blobs.get(blob);
  if (!found) throw new Error(`${blob} is gone`);
  const content = await text(found.content);
  return content
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
const codexLines = async () => {
  const rows = (await files()).filter(({ event_type }) => event_type === 'CODEX_LOG');
  return (await Promise.all(rows.map(({ blob }) => linesOf(blob)))).flat();
};
const contents = () => services.db.selectFrom('activity_content').select('member_id').execute();
const hold = (memberId: string) => call<LegalHold>('POST', '/holds', { memberId, reason: 'Case 7' });
const erase = (more: Record<string, unknown> = {}) =>
  call<Erasure>('POST', '/erasures', { memberId: grace, reason: 'Request 12', ...more });
const lastErasure = async () => (await call<{ items: Erasure[] }>('GET', '/erasures')).body.items[0];
const events = async (name: string) =>
  services.db.selectFrom('audit_events').selectAll().where('event', '=', name).execute();

test('what is old goes, and what a legal hold keeps stays until it is lifted', async () => {
  await prompts(grace, 3, 'hers');
  await prompts(linus, 2, 'his');
  await sealLogs(services, workspaceId);
  const held = await hold(grace);
  expect(held.status, JSON.stringify(held.body)).toBe(200);
  later(31);
  const preview = await call('GET', '/retention/content/preview?days=30');
  expect(preview.body).toMatchObject({ goes: 2, heldPeople: 1 });
  expect(await purgeOldRecords(services)).toBe(2);
  expect(await contents()).toEqual([{ member_id: grace }, { member_id: grace }, { member_id: grace }]);
  later(401);
  await purgeOldRecords(services);
  const left = await services.db.selectFrom('activity_events').select('member_id').distinct().execute();
  expect(left).toEqual([{ member_id: grace }]);
  expect(await codexLines(), 'a file with lines of hers stays whole').toHaveLength(5);
  expect((await call('POST', `/holds/${held.body.id}/lifting`, { reason: 'Case closed' })).status).toBe(200);
  await purgeOldRecords(services);
  expect(await contents()).toEqual([]);
  expect((await files()).filter(({ event_type }) => event_type === 'CODEX_LOG')).toEqual([]);
  expect(await services.db.selectFrom('activity_events').select('id').execute()).toEqual([]);
  expect((await events('hold.lifted'))[0]?.payload).toMatchObject({ reason: 'Case closed', placedBecause: 'Case 7' });
  expect((await call('POST', `/holds/${held.body.id}/lifting`, { reason: 'again' })).status).toBe(409);
});

test('a time is set within limits, previewed and recorded', async () => {
  await prompts(grace, 4, 'x');
  later(10);
  expect((await call('GET', '/retention/content/preview?days=5')).body).toMatchObject({
    goes: 4,
    oldestAt: start.toISOString(),
  });
  expect((await call('PUT', '/retention/content', { days: 5 })).status).toBe(200);
  const { body } = await call<{ items: { kind: string; days: number; isDefault: boolean }[] }>('GET', '/retention');
  expect(body.items.find(({ kind }) => kind === 'content')).toMatchObject({ days: 5, isDefault: false });
  expect(body.items.find(({ kind }) => kind === 'AUDIT_LOG')).toMatchObject({ days: 400, isDefault: true });
  expect((await call('PUT', '/retention/AUDIT_LOG', { days: 0 })).status).toBe(400);
  expect((await call('PUT', '/retention/AUDIT_LOG', { days: 89 })).status).toBe(400);
  expect((await call('PUT', '/retention/activity', { days: 5000 })).status).toBe(400);
  expect((await events('retention.updated'))[0]?.payload).toMatchObject({ before: { days: 30 }, after: { days: 5 } });
  await purgeOldRecords(services);
  expect(await contents()).toEqual([]);
});

test('erasing takes the content and puts tombstones into new files; the old ones cannot be read any more', async () => {
  const ids = await prompts(grace, 3, 'secret');
  await prompts(linus, 2, 'his');
  await sealLogs(services, workspaceId);
  const before = (await files()).find(({ event_type }) => event_type === 'CODEX_LOG');
  await prompts(grace, 1, 'unsealed');
  if (!before) throw new Error('nothing was sealed');
  const was = await linesOf(before.blob);
  expect((await call('GET', `/erasures/preview?memberId=${grace}`)).body).toMatchObject({
    contents: 4,
    events: 4,
    files: 1,
    isHeld: false,
    person: { label: 'Grace Hopper <grace@example.com>' },
  });
  const ordered = await erase();
  expect(ordered.status, JSON.stringify(ordered.body)).toBe(200);
  await work.look();
  expect(await lastErasure()).toMatchObject({ state: 'done', contents: 4, lines: 4, memberLabel: expect.any(String) });
  expect(await contents()).toEqual([{ member_id: linus }, { member_id: linus }]);
  expect(await services.blobs.get(before.blob), 'its key is gone').toBeNull();
  const lines = await codexLines();
  expect(JSON.stringify(lines)).not.toMatch(/secret|unsealed|grace@/);
  expect(JSON.stringify(lines)).toContain('his 1');
  const stones = lines.filter((line) => 'erased' in line);
  expect(stones).toHaveLength(ids.length + 1);
  const first = was.find(({ actor }) => (actor as { user_id?: string }).user_id === grace);
  expect(stones).toContainEqual({
    event_id: first?.event_id,
    type: 'CODEX_LOG',
    timestamp: first?.timestamp,
    principal: first?.principal,
    workspace_id: first?.workspace_id,
    event_type: 'PROMPT_SENT',
    erased: {
      erasure_id: ordered.body.id,
      at: start.toISOString(),
      by: expect.any(String),
      what: expect.arrayContaining(['actor', 'event_details']),
    },
  });
  const replaced = await call<{ items: { oldId: string; oldSha256: string; newId: string; newSha256: string }[] }>(
    'GET',
    `/erasures/${ordered.body.id}/files`,
  );
  const mapped = replaced.body.items.find(({ oldId }) => oldId === before.id);
  expect(mapped?.oldSha256).toBe(before.sha256);
  const after = (await files()).find(({ id }) => id === mapped?.newId);
  expect(after).toMatchObject({ sha256: mapped?.newSha256, ended_at: before.end_time, events: 5 });
  expect(after?.end_time.getTime()).toBeGreaterThan(before.end_time.getTime());
  const digest = createHash('sha256');
  for (const row of replaced.body.items) digest.update(`${row.oldId} ${row.oldSha256} ${row.newId} ${row.newSha256}\n`);
  expect((await events('erasure.finished'))[0]?.payload).toMatchObject({ filesSha256: digest.digest('hex'), lines: 4 });
  expect(await services.db.selectFrom('activity_events').select('id').execute(), 'figures stay').toHaveLength(6);
});

test('a person on hold is not erased, and a hold that comes while it runs stops it until it is lifted', async () => {
  await prompts(grace, 2, 'secret');
  const held = await hold(grace);
  expect((await erase()).body).toMatchObject({ code: 'on-hold' });
  await call('POST', `/holds/${held.body.id}/lifting`, { reason: 'done' });
  await erase();
  expect((await erase()).status, 'one at a time').toBe(409);
  const again = await hold(grace);
  await work.look();
  expect(await lastErasure()).toMatchObject({ state: 'held', contents: 0 });
  expect(await contents()).toHaveLength(2);
  const isAt = (step: 'content' | 'files') => services.db.updateTable('compliance_erasures').set({ step }).execute();
  await isAt('files');
  await work.look();
  expect(await files(), 'nothing is sealed while it waits').toEqual([]);
  await isAt('content');
  await call('POST', `/holds/${again.body.id}/lifting`, { reason: 'done' });
  await work.look();
  expect(await lastErasure()).toMatchObject({ state: 'done', contents: 2 });
});

test('an erasure that is cut off anywhere goes on there', async () => {
  // Its own look every two seconds would do what is cut off here.
  await work.close();
  for (let round = 0; round < 4; round += 1) {
    await prompts(grace, 2, `secret ${round}`);
    await prompts(linus, 1, `his ${round}`);
    await sealLogs(services, workspaceId);
    services.setNow(new Date(start.getTime() + (round + 1) * 600_000));
  }
  const { body } = await erase();
  const cut = new Error('the process ended');
  let puts = 0;
  const { blobs } = services;
  // Ends before, between and after writing and registering a file.
  for (const at of [1, 2, 2, 3]) {
    const breaking = {
      ...services,
      blobs: {
        ...blobs,
        put: async (...input: Parameters<typeof blobs.put>) => {
          puts += 1;
          const written = await blobs.put(...input);
          if (puts % at === 0) throw cut;
          return written;
        },
      },
    };
    await runErasure(breaking, body.id, new AbortController().signal).catch((error: unknown) =>
      expect(error).toBe(cut),
    );
  }
  await runErasure(services, body.id, new AbortController().signal);
  expect(await lastErasure()).toMatchObject({ state: 'done', contents: 8, lines: 8, filesReplaced: 4 });
  const lines = await codexLines();
  expect(JSON.stringify(lines)).not.toContain('secret');
  expect(lines.filter((line) => 'erased' in line)).toHaveLength(8);
  expect(new Set(lines.map(({ event_id }) => event_id)).size, 'no line twice, none lost').toBe(12);
  const done = await events('erasure.finished');
  expect(done).toHaveLength(1);
  expect(done[0]?.payload).toMatchObject({ filesSha256: await digestOfReplaced(services.db, workspaceId, body.id) });
});

test('with the audit log, who they are goes from every log and the entries stay', async () => {
  await prompts(grace, 1, 'secret');
  await hold(grace).then(({ body }) => call('POST', `/holds/${body.id}/lifting`, { reason: 'for the test' }));
  await sealLogs(services, workspaceId);
  await erase({ withAudit: true });
  await work.look();
  expect(await lastErasure()).toMatchObject({ state: 'done', memberLabel: null, auditEntries: expect.any(Number) });
  await sealLogs(services, workspaceId);
  const everything = await Promise.all((await files()).map(({ blob }) => linesOf(blob)));
  expect(JSON.stringify(everything)).not.toMatch(/grace@|Grace Hopper/);
  const entries = await services.db.selectFrom('audit_events').selectAll().execute();
  expect(JSON.stringify(entries)).not.toMatch(/grace@|Grace Hopper/);
  expect(entries.map(({ event }) => event)).toContain('hold.placed');
});

const keptKeys = async () =>
  (await services.db.selectFrom('blobs').select('name').where('name', 'like', 'exports/%').execute()).length;
async function untar(bytes: Buffer): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const reading = extract();
  reading.on('entry', (header, stream, next) => {
    void text(stream).then((content) => {
      found.set(header.name, content);
      next();
    });
  });
  Readable.from([bytes]).pipe(reading);
  await once(reading, 'finish');
  return found;
}

test('everything about a person is exported, fetched once by a link, and ends', async () => {
  await prompts(grace, 2, 'secret');
  await prompts(linus, 1, 'his');
  await services.db
    .insertInto('access_tokens')
    .values({
      id: 'tok_1',
      workspace_id: workspaceId,
      member_id: grace,
      kind: 'personal-access-token',
      name: 'CI',
      hint: 'at-abcd',
      token_hash: 'geheimer-hash',
      created_at: start,
      scopes: '[]',
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
  const started = await call<PersonExport>('POST', '/exports', { memberId: grace, reason: 'Request 13' });
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  const { id } = started.body;
  expect((await call('POST', `/exports/${id}/link`, {})).status, 'not finished').toBe(409);
  await work.look();
  const [ready] = (await call<{ items: PersonExport[] }>('GET', '/exports')).body.items;
  expect(ready).toMatchObject({ state: 'ready', progress: { activity: 2, profile: 1 } });
  const { body: link } = await call<{ url: string }>('POST', `/exports/${id}/link`, {});
  const path = new URL(link.url).pathname;
  const looked = await app.request(path, { method: 'HEAD' }, { incoming: { socket: { remoteAddress: '127.0.0.1' } } });
  expect(looked.status, 'a look does not use it up').toBe(404);
  const answer = await app.request(path, {}, { incoming: { socket: { remoteAddress: '127.0.0.1' } } });
  expect(answer.status).toBe(200);
  const bytes = await buffer(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(ready?.sha256);
  const tar = await untar(bytes);
  expect(
    tar
      .get('activity.jsonl')
      ?.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).content),
  ).toEqual(expect.arrayContaining([{ prompt: 'secret 0' }, { prompt: 'secret 1' }]));
  expect(JSON.parse(tar.get('access-tokens.jsonl') ?? '')).toMatchObject({ name: 'CI', hint: 'at-abcd' });
  expect([...tar.keys()]).toEqual(
    expect.arrayContaining(['profile.jsonl', 'audit.jsonl', 'usage.jsonl', 'README.txt']),
  );
  const everything = [...tar.values()].join('');
  expect(everything).not.toMatch(/geheimer-hash|his 0|linus@/);
  const twice = await app.request(path, {}, { incoming: { socket: { remoteAddress: '127.0.0.1' } } });
  expect(twice.status).toBe(404);
  expect((await events('person-export.fetched'))[0]).toMatchObject({ subject_id: grace });
  const next = await call<{ url: string }>('POST', `/exports/${id}/link`, {});
  services.setNow(new Date(start.getTime() + 6 * 60_000));
  const late = await app.request(
    new URL(next.body.url).pathname,
    {},
    { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
  );
  expect(late.status, 'it ended').toBe(404);
  later(8);
  expect(await expireExports(services)).toBe(1);
  expect((await call('POST', `/exports/${id}/link`, {})).status).toBe(409);
  let blobs = 0;
  for await (const _ of services.blobs.list('exports/')) blobs += 1;
  expect(blobs).toBe(0);
});

test('an erasure ends what was exported before it', async () => {
  await prompts(grace, 1, 'secret');
  await call('POST', '/exports', { memberId: grace, reason: 'Request 13' });
  await call('POST', '/exports', { memberId: linus, reason: 'Request 14' });
  await work.look();
  expect(await keptKeys()).toBe(2);
  await erase();
  await work.look();
  const { items } = (await call<{ items: PersonExport[] }>('GET', '/exports')).body;
  expect(new Map(items.map(({ memberId, state }) => [memberId, state]))).toEqual(
    new Map([
      [grace, 'expired'],
      [linus, 'ready'],
    ]),
  );
  expect(await keptKeys()).toBe(1);
});
