import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTimeStamps, type TimeStampServer } from '#testing/servers/time-stamps.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { readKeys } from './chain/checkpoint.ts';
import { inclusionPath, rootOfInclusion } from './chain/merkle-proof.ts';
import { verifyExport } from './chain/verify-export.ts';
import { listLinks } from './chain-queries.ts';
import { checkTimeStamp, readAuthorities } from './copies/time-stamp.ts';
import { readCopyStates } from './copy-queries.ts';
import { erasePerson } from './erase-person.ts';
import { exportChain } from './export-chain.ts';
import { type Actor, record, recordAll } from './index.ts';
import { findEnd, makeCheckpoint, makeDueCheckpoints } from './make-checkpoint.ts';
import { sealEarlierEntries } from './seal-earlier.ts';
import { sendCopies } from './send-copies.ts';
import { publicKeys, rotateAuditKey } from './signing-key.ts';
import { openStoredTree } from './stored-tree.ts';

let services: TestServices;
let tsa: TimeStampServer;
let folder: string;
const posts: { headers: Record<string, unknown>; body: string }[] = [];
const webhook = createServer(async (request, response) => {
  posts.push({ headers: request.headers, body: await text(request) });
  response.writeHead(204).end();
});
let workspaceId: string;
let ada: Actor;
let grace: Actor;

beforeAll(async () => {
  tsa = await startTimeStamps();
  folder = await mkdtemp(join(tmpdir(), 'reeve-copies-'));
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  services = await openTestServices({
    REEVE_AUDIT_COPY_FOLDER: folder,
    REEVE_AUDIT_COPY_URL: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/hook`,
    REEVE_AUDIT_COPY_SECRET: 'between us',
    REEVE_AUDIT_TIME_STAMP_URL: tsa.url,
  });
});
afterAll(async () => {
  await services.close();
  await tsa.stop();
  await new Promise((resolve) => webhook.close(resolve));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  services.setNow(null);
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  ada = { kind: 'member', id: seeded.ownerId, label: 'Ada <ada@example.com>', workspaceId, ip: '192.0.2.1' };
  grace = { ...ada, id: 'mem_grace', label: 'Grace Hopper <grace@example.com>', ip: '198.51.100.7' };
});

const at = new Date('2026-03-01T12:00:00Z');
const subject = { kind: 'group', id: 'grp_1', label: 'Kernel' };
const add = (count: number, actor = ada) =>
  services.db.transaction().execute((tx) =>
    recordAll(
      tx,
      actor,
      'group.updated',
      Array.from({ length: count }, (_, size) => ({ at, subject, after: { name: 'Kernel', size } })),
    ),
  );

async function exported(): Promise<string[]> {
  const upTo = (await makeCheckpoint(services, workspaceId))?.size ?? 0;
  const lines: string[] = [];
  for await (const line of exportChain(services.db, workspaceId, { upTo, at })) lines.push(line);
  return lines;
}
async function verified() {
  const lines = await exported();
  return verifyExport(lines, { keys: await readKeys((await publicKeys(services.db)).keys) });
}
const found = async () => (await verified()).problems.map(({ kind, seq, fields }) => [kind, seq, ...(fields ?? [])]);

test('what somebody changes in the database shows when it is verified', async () => {
  await add(30);
  expect(await verified()).toMatchObject({ isValid: true, entries: 30, uncovered: 0, checkpoints: { verified: 1 } });
  const rows = await listLinks(services.db, workspaceId, { after: 0, limit: 100 });
  const idOf = (seq: number) => rows[seq - 1]?.event_id ?? '';
  const events = () => services.db.updateTable('audit_events');
  await events().set({ actor_label: 'Eve', event: 'group.deleted' }).where('id', '=', idOf(7)).execute();
  await events()
    .set({ payload: '{"after":{"name":"Kernel","size":99},"more":"x"}' })
    .where('id', '=', idOf(8))
    .execute();
  await services.db.deleteFrom('audit_events').where('id', '=', idOf(9)).execute();
  await services.db.deleteFrom('audit_chain').where('event_id', '=', idOf(20)).execute();
  await sql`update audit_events set seal = null, salts = null where id = ${idOf(25)}`.execute(services.db);
  expect(await found()).toEqual([
    ['changed', 7, '/actor/label', '/event'],
    ['changed', 8, '/payload/after/size', '/payload/more'],
    ['removed', 9],
    ['removed', 25],
    ['rewritten', 1],
    ['inserted', null],
    ['removed', 20],
  ]);
});

test('a person is erased, and everything stays valid', async () => {
  await add(3, grace);
  await services.db.transaction().execute((tx) =>
    record(tx, ada, 'member.updated', {
      at,
      subject: { kind: 'member', id: 'mem_grace', label: 'Grace Hopper' },
      before: { name: 'Grace Murray', role: 'user' },
      after: { name: 'Grace Hopper', note: 'mail to GRACE@example.com' },
    }),
  );
  await add(2);
  await makeCheckpoint(services, workspaceId);
  const person = {
    workspaceId,
    memberId: 'mem_grace',
    values: ['Grace Hopper', 'grace@example.com'],
    reason: 'request 12',
    at,
  };
  const { order, entries, fields } = await services.db
    .transaction()
    .execute((tx) => erasePerson(tx, { ...ada, label: 'Ada' }, person));
  expect({ entries, fields }).toEqual({ entries: 4, fields: 10 });
  const lines = await exported();
  expect(lines.join('\n')).not.toMatch(/grace h|grace@|198\.51|Murray/i);
  expect(JSON.stringify(await services.db.selectFrom('audit_events').selectAll().execute())).not.toMatch(
    /grace h|murray/i,
  );
  const report = await verifyExport(lines, { keys: await readKeys((await publicKeys(services.db)).keys) });
  expect(report).toMatchObject({
    isValid: true,
    entries: 7,
    erasures: [{ order, at: at.toISOString(), entries: 4, firstSeq: 1 }],
  });
  // Twice is once.
  const again = await services.db.transaction().execute((tx) => erasePerson(tx, ada, person));
  expect(again.entries).toBe(0);
  await services.db.updateTable('audit_events').set({ actor_label: 'Somebody' }).where('id', '=', order).execute();
  expect(await found()).toEqual([['changed', 7, '/actor/label']]);
});

test('another text in place of what was erased is found', async () => {
  await add(2, grace);
  const person = { workspaceId, memberId: grace.id ?? '', values: [], reason: 'request 13', at };
  await services.db.transaction().execute((tx) => erasePerson(tx, ada, person));
  expect((await verified()).isValid).toBe(true);
  const of = { chain: workspaceId, seq: 2 };
  const { event_id: id } = await services.db
    .selectFrom('audit_chain')
    .select('event_id')
    .where('chain', '=', of.chain)
    .where('seq', '=', of.seq)
    .executeTakeFirstOrThrow();
  await services.db.updateTable('audit_events').set({ actor_label: 'Eve' }).where('id', '=', id).execute();
  expect(await found()).toEqual([['changed', 2, '/actor/label']]);
});

test('entries from before the chain are taken in, in their order and marked', async () => {
  await add(5);
  await sql`delete from audit_chain where chain = ${workspaceId}`.execute(services.db);
  await sql`update audit_events set seal = null, salts = null, at = at + (interval '1 second' * (payload #>> '{after,size}')::int)
    where workspace_id = ${workspaceId}`.execute(services.db);
  expect(await verified()).toMatchObject({ waiting: 5, entries: 0, isValid: true });
  await add(1);
  expect(await sealEarlierEntries(services)).toBeGreaterThanOrEqual(5);
  const report = await verified();
  expect(report).toMatchObject({ isValid: true, entries: 6, earlier: 5, waiting: 0 });
  const rows = await listLinks(services.db, workspaceId, { after: 1, limit: 10 });
  expect(rows.map(({ payload }) => payload)).toMatchObject([0, 1, 2, 3, 4].map((size) => ({ after: { size } })));
});

test('checkpoints go to every place, are tried again, and can be verified by others', async () => {
  await add(4);
  tsa.setBroken(true);
  expect(await makeDueCheckpoints(services)).toBeGreaterThanOrEqual(1);
  await sendCopies(services);
  const states = async () =>
    Object.fromEntries((await readCopyStates(services.db, workspaceId)).map((state) => [state.place, state]));
  expect((await states())['time-stamp']).toMatchObject({
    waiting: 1,
    attempts: 1,
    problem: 'The time stamping authority answered 503.',
  });
  expect((await states()).folder).toMatchObject({ waiting: 0, done_number: 1 });
  tsa.setBroken(false);
  expect(await sendCopies(services)).toEqual({ sent: 0, failed: 0 });
  services.setNow(new Date(Date.now() + 60_000));
  await sendCopies(services);
  expect((await states())['time-stamp']).toMatchObject({ waiting: 0, problem: null });

  const files = (await readdir(join(folder, workspaceId))).sort();
  expect(files).toEqual(['0000000001.jws', '0000000001.tsr']);
  const jws = await readFile(join(folder, workspaceId, '0000000001.jws'), 'utf8');
  const stamp = await readFile(join(folder, workspaceId, '0000000001.tsr'));
  expect(tsa.accepts(jws, stamp)).toBe(true);
  const authorities = await readAuthorities(tsa.authorityPem);
  expect(await checkTimeStamp(jws, stamp, authorities)).toEqual({ at: expect.stringMatching(/^20/) });
  expect(await checkTimeStamp(`${jws}x`, stamp, authorities)).toEqual({ problem: 'is about another text' });
  expect(await checkTimeStamp(jws, stamp, [])).toHaveProperty('problem');
  expect(await checkTimeStamp(jws, stamp.fill(0, stamp.length - 20), authorities)).toHaveProperty('problem');

  const post = posts.find(({ body }) => body.includes(workspaceId));
  expect(JSON.parse(post?.body ?? '{}')).toMatchObject({ type: 'audit.checkpoint', data: { jws, number: 1 } });
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = post?.headers ?? {};
  const expected = createHmac('sha256', 'between us').update(`${id}.${time}.${post?.body}`).digest('base64');
  expect(signature).toBe(`v1,${expected}`);
  const blob = await services.blobs.get(`audit/${workspaceId}/0000000001.jws`);
  expect(blob && (await text(blob.content))).toBe(jws);
  const report = await verifyExport(await exported(), {
    keys: await readKeys((await publicKeys(services.db)).keys),
    checkTimeStamp: (signed, token) => checkTimeStamp(signed, token, authorities),
  });
  expect(report).toMatchObject({ isValid: true, timeStamps: { verified: 1, newest: { size: 4 } } });
});

test('a new key is vouched for by the former one, which is enough to verify', async () => {
  await add(2);
  await makeCheckpoint(services, workspaceId);
  const former = await readKeys((await publicKeys(services.db)).keys);
  const { kid } = await rotateAuditKey(services);
  expect(former.has(kid)).toBe(false);
  await add(2);
  const report = await verifyExport(await exported(), { keys: former });
  expect(report).toMatchObject({ isValid: true, checkpoints: { verified: 2 } });
  const chain = await listLinks(services.db, 'installation', { after: 0, limit: 100 });
  expect(chain.at(-1)).toMatchObject({ event: 'audit.key-rotated', payload: { after: { key: kid } } });
});

test('the tree that is stored proves each of many entries', async () => {
  for (const count of [200, 100, 700]) {
    await add(count);
    await makeCheckpoint(services, workspaceId);
  }
  const links = await listLinks(services.db, workspaceId, { after: 0, limit: 2_000 });
  const newest = await makeCheckpoint(services, workspaceId);
  const tree = openStoredTree(services.db, workspaceId);
  for (const index of [0, 1, 255, 256, 511, 600, 998, 999]) {
    const path = await inclusionPath(tree, index, 1_000);
    expect(rootOfInclusion(links[index]?.hash ?? '', index, 1_000, path)).toBe(newest?.root);
  }
  expect(await verified()).toMatchObject({ isValid: true, entries: 1_000, checkpoints: { verified: 3 } });
});

// The last one: its chain stays as it is.
test('a chain with a gap is read to its end, and others get their checkpoints', async () => {
  await add(4);
  const [gap] = await listLinks(services.db, workspaceId, { after: 1, limit: 1 });
  await services.db
    .deleteFrom('audit_chain')
    .where('event_id', '=', gap?.event_id ?? '')
    .execute();
  const { workspaceId: other } = await seedWorkspace(services.db);
  await services.db.transaction().execute((tx) => record(tx, { ...ada, workspaceId: other }, 'audit.exported', { at }));
  await expect(makeCheckpoint(services, workspaceId)).rejects.toThrow('has a gap');
  expect(await findEnd(services, workspaceId)).toBe(4);
  const quiet = { ...services, log: pino({ level: 'silent' }) };
  await makeDueCheckpoints(quiet);
  expect(await makeCheckpoint(services, other)).toMatchObject({ number: 1, size: 1 });
  expect(await makeDueCheckpoints(quiet)).toBe(0);
});
