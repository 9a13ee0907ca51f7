import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPolicyDelivery } from '#testing/policy-delivery.ts';
import { publishAgain, seedGroup, seedPolicy, setFallback, setOrder } from '#testing/seed-policy.ts';
import { openTestServices, seedMember, type TestServices } from '#testing/test-services.ts';
import { purgeExpiredPolicies } from './purge-expired.ts';

let services: TestServices;
let delivery: Awaited<ReturnType<typeof openPolicyDelivery>>;
let contractors: string;
let everyone: string;
const member: Record<string, string> = {};
const start = new Date('2026-11-22T08:00:00Z');
const at = (minutes: number) => services.setNow(new Date(start.getTime() + minutes * 60_000));

beforeAll(async () => {
  services = await openTestServices();
  delivery = await openPolicyDelivery(services);
  const { db } = services;
  const { workspaceId } = delivery;
  for (const name of ['Ann', 'Ben', 'Cid', 'Dot'])
    member[name] = await seedMember(db, { workspaceId, email: `${name.toLowerCase()}@example.com`, name });
  everyone = await seedPolicy(db, workspaceId, { name: 'Everyone' });
  contractors = await seedPolicy(db, workspaceId, { name: 'Contractors' });
  const groupId = await seedGroup(db, workspaceId, {
    name: 'Contractors',
    memberIds: [member.Cid ?? '', member.Dot ?? ''],
  });
  await setOrder(db, workspaceId, [{ groupId, policyId: contractors }]);
  await setFallback(db, workspaceId, everyone);
});
afterAll(() => services.close());

const fetchAs = (name: string, version?: string) =>
  delivery.fetchAs(member[name] ?? '', version === undefined ? {} : { version });
const list = async (query: Record<string, string> = {}) =>
  (await delivery.as(delivery.ownerId).call('GET', `/policy-deliveries?${new URLSearchParams(query)}`)).body as {
    items: Record<string, unknown>[];
    nextCursor: string | null;
  };
const names = async (query: Record<string, string>) => (await list(query)).items.map(({ memberName }) => memberName);
const summary = async () => (await delivery.as(delivery.ownerId).call('GET', '/policy-deliveries/summary')).body;

test('the receipt is there before the answer; fetches after it are counted', async () => {
  at(0);
  await fetchAs('Ann');
  expect(await services.db.selectFrom('policy_receipts').selectAll().execute()).toMatchObject([
    {
      member_id: member.Ann,
      policy_id: everyone,
      revision: 1,
      client: 'codex_exec',
      client_version: '0.169.0',
      fetches: 1,
    },
  ]);
  at(15);
  await fetchAs('Ann');
  at(30);
  await fetchAs('Ann');
  const { items } = await list();
  expect(items).toEqual([
    {
      memberId: member.Ann,
      memberName: 'Ann',
      memberEmail: 'ann@example.com',
      policy: { id: everyone, name: 'Everyone', revision: 1 },
      isCurrent: true,
      client: 'codex_exec',
      clientVersion: '0.169.0',
      form: 'bundle',
      firstAt: '2026-11-22T08:00:00.000Z',
      lastAt: '2026-11-22T08:30:00.000Z',
      fetches: 3,
      cachedUntil: '2026-11-22T09:30:00.000Z',
    },
  ]);
});

test('another client is another receipt, and one without a version is shown as such', async () => {
  at(31);
  await fetchAs('Ben', '0.140.0');
  at(32);
  await delivery.fetchAs(member.Ben ?? '', { client: 'curl', version: 'x' });
  expect((await list({ search: 'BEN' })).items).toMatchObject([
    { client: 'unknown', clientVersion: null },
    { client: 'codex_exec', clientVersion: '0.140.0' },
  ]);
});

test('the summary counts each active member once, by what they fetched last', async () => {
  at(40);
  await fetchAs('Cid');
  expect(await summary()).toEqual({
    activeMembers: 5,
    current: 3,
    behind: 0,
    never: 2,
    versions: expect.arrayContaining([
      { clientVersion: '0.169.0', members: 2 },
      { clientVersion: null, members: 1 },
    ]),
    policies: [
      { policy: { id: everyone, name: 'Everyone', revision: 1 }, members: 3, reached: 2 },
      { policy: { id: contractors, name: 'Contractors', revision: 1 }, members: 2, reached: 1 },
    ],
  });
});

test('after a publication, whoever still runs the former version is behind with that version', async () => {
  at(50);
  await publishAgain(services.db, everyone, { name: 'Everyone else', contents: '# 2\n' });
  expect(await names({ state: 'behind' })).toEqual(['Ben', 'Ann']);
  expect((await list({ state: 'behind' })).items).toMatchObject([
    { policy: { name: 'Everyone', revision: 1 }, isCurrent: false },
    { policy: { name: 'Everyone', revision: 1 }, isCurrent: false },
  ]);
  expect(await names({ state: 'current' })).toEqual(['Cid']);
  expect(await summary()).toMatchObject({ current: 1, behind: 2, never: 2 });
  at(55);
  await fetchAs('Ann');
  expect(await names({ state: 'current' })).toEqual(['Ann', 'Cid']);
  expect(await names({ policyId: everyone })).toEqual(['Ann', 'Ben', 'Ben', 'Ann']);
  expect(await names({ clientVersion: '0.140.0' })).toEqual(['Ben']);
  await services.db.updateTable('members').set({ status: 'suspended' }).where('name', '=', 'Ben').execute();
  expect(await names({ state: 'behind' })).toEqual([]);
  expect(await summary()).toMatchObject({ activeMembers: 4, current: 2, behind: 0, never: 2 });
  await services.db.updateTable('members').set({ status: 'active' }).where('name', '=', 'Ben').execute();
});

test('pages follow each other without a gap, ties included', async () => {
  at(60);
  for (const name of ['Ann', 'Ben', 'Cid', 'Dot']) await fetchAs(name, '0.163.0');
  const all = await list();
  const seen: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page = await list({ limit: '2', ...(cursor === null ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(all.items);
  expect(all.items.length).toBeGreaterThan(8);
});

describe('what ends', () => {
  test('a removed member takes their receipts along, and fetches that were not counted yet do no harm', async () => {
    await fetchAs('Dot', '0.163.0');
    await services.db
      .deleteFrom('members')
      .where('id', '=', member.Dot ?? '')
      .execute();
    expect(await names({ search: 'dot' })).toEqual([]);
  });

  test('receipts are kept for 400 days, and as long as somebody is on hold', async () => {
    at(399 * 24 * 60);
    await purgeExpiredPolicies(services);
    expect((await list()).items.length).toBeGreaterThan(0);
    at(402 * 24 * 60);
    const { workspaceId } = delivery;
    const hold = { workspace_id: workspaceId, member_label: 'Ann', reason: 'Case 7', placed_by: 'Ada' };
    await services.db
      .insertInto('compliance_holds')
      .values({ ...hold, id: 'hold_1', member_id: member.Ann ?? '', placed_at: services.clock() })
      .execute();
    await services.db.updateTable('policy_deliveries').set({ superseded_at: start }).execute();
    await purgeExpiredPolicies(services);
    expect(new Set(await names({}))).toEqual(new Set(['Ann']));
    const deliveries = await services.db.selectFrom('policy_deliveries').select('member_id').distinct().execute();
    expect(deliveries).toEqual([{ member_id: member.Ann }]);

    await services.db.updateTable('compliance_holds').set({ lifted_at: services.clock() }).execute();
    await purgeExpiredPolicies(services);
    expect((await list()).items).toEqual([]);
    expect(await services.db.selectFrom('policy_deliveries').select('member_id').execute()).toEqual([]);
  });
});
