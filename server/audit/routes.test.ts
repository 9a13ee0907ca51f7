import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuditChain, Proof } from '#contract/audit-chain.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { readKeys } from './chain/checkpoint.ts';
import { verifyExport } from './chain/verify-export.ts';
import { verifyProof } from './chain/verify-proof.ts';
import { type Actor, record, recordAll } from './index.ts';
import { auditRoutes } from './routes.ts';
import { publicKeys } from './signing-key.ts';

let services: TestServices;
let workspace: string;
let ada: Actor;
let browser: ReturnType<typeof apiClient>;
let app: ReturnType<typeof createHttpApp>;
let otherEntry: string;
const at = new Date('2026-03-01T12:00:00Z');

beforeAll(async () => {
  services = await openTestServices();
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  workspace = workspaceId;
  const other = await seedWorkspace(services.db, { name: 'Other' });
  ada = { kind: 'member', id: ownerId, label: 'Ada <ada@example.com>', workspaceId, ip: '192.0.2.1' };
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId });
  mountOwnApi(app, {
    router: { audit: auditRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  browser = apiClient(app);
  const subject = { kind: 'group', id: 'grp_1', label: '=HYPERLINK("http://evil")' };
  await recordAll(
    services.db,
    ada,
    'group.updated',
    Array.from({ length: 1_200 }, (_, size) => ({ at, subject, after: { size } })),
  );
  await record(services.db, { ...ada, ip: '198.51.100.7', kind: 'key', id: 'key_1' }, 'policy.published', {
    at,
    subject: { kind: 'policy', id: 'pol_1', label: 'Contractors, strict' },
    after: { document: 'sandbox_mode = "read-only"\nPineapple' },
  });
  await record(services.db, { ...ada, workspaceId: other.workspaceId }, 'group.deleted', { at, subject });
  const row = await services.db
    .selectFrom('audit_events')
    .select('id')
    .where('workspace_id', '=', other.workspaceId)
    .executeTakeFirstOrThrow();
  otherEntry = row.id;
});
afterAll(() => services.close());

const list = async (query: string) => {
  const { status, body } = await browser.call<{ items: { event: string; link: { seq: number } }[] }>(
    'GET',
    `/audit?${query}`,
  );
  expect(status).toBe(200);
  return body.items;
};

test('finds by several events, kind of actor, subject, address and words in what was written', async () => {
  expect(await list('event[]=policy.published&event[]=group.deleted')).toHaveLength(1);
  expect(await list('actorKind=key')).toHaveLength(1);
  expect(await list('subjectKind=policy&subjectId=pol_1')).toHaveLength(1);
  expect(await list('ip=198.51.')).toHaveLength(1);
  expect(await list('search=contractors%20PINEAPPLE')).toHaveLength(1);
  expect(await list('search=contractors%20banana')).toHaveLength(0);
  expect((await list('actorKind=key'))[0]?.link.seq).toBe(1_201);
});

const download = async (path: string) => {
  const response = await app.request(`https://reeve.test:8443/api/v1${path}`);
  expect(response.status).toBe(200);
  return { text: await response.text(), headers: response.headers };
};

test('CSV has every entry, is recorded, and holds nothing that a spreadsheet runs', async () => {
  const { text, headers } = await download('/audit/csv?subjectKind=group');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="audit-20\d\d-\d\d-\d\d\.csv"$/);
  const lines = text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(1_201);
  expect(lines[0]).toMatch(/^number,at,event,what,/);
  expect(text).toContain(`"'=HYPERLINK(""http://evil"")"`);
  expect(text).not.toMatch(/(^|,)"?=/m);
  expect(await list('event=audit.exported')).toHaveLength(1);
});

test('the export verifies with the public key, and so does the proof of one entry', async () => {
  const { text, headers } = await download('/audit/export');
  expect(headers.get('content-type')).toBe('application/jsonl');
  const keys = await readKeys((await publicKeys(services.db)).keys);
  const report = await verifyExport(text.trimEnd().split('\n'), { keys });
  expect(report).toMatchObject({ isValid: true, uncovered: 0 });
  expect(report.entries).toBeGreaterThan(1_201);
  expect(text).not.toContain(otherEntry);

  const [published] = await list('actorKind=key');
  const { body: proof } = await browser.call<Proof>(
    'GET',
    `/audit/entries/${Reflect.get(published ?? {}, 'id')}/proof`,
  );
  expect(await verifyProof(proof, keys)).toMatchObject({ isValid: true, seq: 1_201 });
  const forged = { ...proof, entry: { ...proof.entry, open: [['x', 'Eve'], ...proof.entry.open.slice(1)] } };
  expect(await verifyProof(forged, keys)).toMatchObject({ isValid: false });
  expect(await verifyProof({ ...proof, path: proof.path.slice(1) }, keys)).toMatchObject({ isValid: false });
  expect(await verifyProof({ ...proof, entry: { ...proof.entry, seq: 5 } }, keys)).toMatchObject({ isValid: false });
  expect(await verifyProof(proof, new Map())).toMatchObject({ isValid: false });
  expect((await browser.call('GET', `/audit/entries/${otherEntry}/proof`)).status).toBe(404);
});

test('verifies on the server, tells how far it is and what it found', async () => {
  const chain = async () => (await browser.call<AuditChain>('GET', '/audit/chain')).body;
  const ended = () =>
    vi.waitFor(
      async () => {
        const { verification } = await chain();
        expect(verification?.state).toMatch(/valid/);
        return verification;
      },
      { timeout: 30_000, interval: 50 },
    );
  const started = await browser.call('POST', '/audit/verifications', {});
  expect(started).toMatchObject({ status: 200, body: { state: 'running', total: expect.any(Number) } });
  expect(await ended()).toMatchObject({ state: 'valid', problemCount: 0, startedBy: expect.any(String) });
  const { head, checkpoint, keys, copies } = await chain();
  expect(checkpoint?.size).toBeGreaterThan(1_200);
  expect(head?.seq).toBeGreaterThanOrEqual(checkpoint?.size ?? 0);
  expect(keys).toHaveLength(1);
  expect(copies.map(({ place, isConfigured }) => [place, isConfigured])).toEqual([
    ['blobs', true],
    ['folder', false],
    ['webhook', false],
    ['time-stamp', false],
  ]);
  await services.db.updateTable('audit_events').set({ ip: '203.0.113.9' }).where('actor_kind', '=', 'key').execute();
  await browser.call('POST', '/audit/verifications', {});
  await vi.waitFor(async () => expect((await chain()).verification?.state).toBe('invalid'), { timeout: 30_000 });
  expect((await ended())?.problems).toMatchObject([{ kind: 'changed', seq: 1_201, fields: ['/ip'] }]);
});

// The last one: the chain stays as it is.
test('a link cut out of the end is told by “Verify now”, and the public keys stay to be had', async () => {
  const { head } = (await browser.call<AuditChain>('GET', '/audit/chain')).body;
  const cut = (head?.seq ?? 0) - 1;
  await services.db.deleteFrom('audit_chain').where('chain', '=', workspace).where('seq', '=', cut).execute();
  expect(await browser.call('GET', '/audit/public-keys')).toMatchObject({ status: 200, body: { keys: [{}] } });
  expect((await browser.call('POST', '/audit/verifications', {})).status).toBe(200);
  const problems = async () => (await browser.call<AuditChain>('GET', '/audit/chain')).body.verification?.problems;
  await vi.waitFor(
    async () => expect(await problems()).toContainEqual(expect.objectContaining({ kind: 'removed', seq: cut })),
    { timeout: 30_000, interval: 50 },
  );
});
