import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { describeImpact, type PlanWithRevisions } from './describe-impact.ts';

let services: TestServices;
let workspaceId: string;
const group: Record<string, string> = {};
const at = new Date();

async function seedGroup(name: string, memberIds: readonly string[]): Promise<void> {
  const id = newId('grp');
  group[name] = id;
  await services.db.insertInto('groups').values({ id, workspace_id: workspaceId, name, created_at: at }).execute();
  for (const member_id of memberIds)
    await services.db
      .insertInto('group_members')
      .values({ workspace_id: workspaceId, group_id: id, member_id, added_at: at })
      .execute();
}

beforeAll(async () => {
  services = await openTestServices();
  const { db } = services;
  ({ workspaceId } = await seedWorkspace(db));
  const member = (name: string) => seedMember(db, { workspaceId, email: `${name}@example.com`, name });
  const [one, two, three, gone] = [
    await member('one'),
    await member('two'),
    await member('three'),
    await member('gone'),
  ];
  await seedGroup('Payments', [one, two]);
  await seedGroup('Contractors', [two, three, gone]);
  await seedGroup('Nobody', []);
  await db.updateTable('members').set({ status: 'suspended' }).where('id', '=', gone).execute();
  // Everybody of the other workspace is nobody's business here.
  await seedWorkspace(db, { name: 'Other' });
});
afterAll(() => services.close());

const names = new Map([
  ['strict', 'Strict'],
  ['open', 'Open'],
  ['base', 'Base'],
]);
const plan = (
  order: readonly [string, string][],
  { fallback = null, baseline = null, revisions = {} as Record<string, number> } = {} as {
    fallback?: string | null;
    baseline?: string | null;
    revisions?: Record<string, number>;
  },
): PlanWithRevisions => ({
  assignments: order.map(([name, policyId]) => ({ groupId: group[name] ?? '', policyId })),
  fallbackPolicyId: fallback,
  baselinePolicyId: baseline,
  revisions: new Map(Object.entries({ strict: 1, open: 1, base: 1, ...revisions })),
  names,
});
const impact = (before: PlanWithRevisions, after: PlanWithRevisions) =>
  describeImpact(services.db, workspaceId, { before, after });

test('who gains, loses and changes is counted by policy and by the group that decides', async () => {
  const before = plan([['Payments', 'open']]);
  const after = plan(
    [
      ['Contractors', 'strict'],
      ['Payments', 'open'],
      ['Nobody', 'open'],
    ],
    { fallback: 'base' },
  );
  expect(await impact(before, after)).toEqual({
    unchanged: 1,
    changed: expect.arrayContaining([
      { from: 'Open', to: 'Strict', members: 1, kind: 'changes' },
      { from: null, to: 'Strict', members: 1, kind: 'gains' },
      { from: null, to: 'Base', members: 1, kind: 'gains' },
    ]),
    byGroup: [{ groupId: group.Contractors, groupName: 'Contractors', members: 2 }],
    elsewhere: 1,
  });
  const back = await impact(after, before);
  expect(back.changed).toContainEqual({ from: 'Base', to: null, members: 1, kind: 'loses' });
  expect(back.elsewhere).toBe(2);
});

test('a new version reaches whoever it decides for, and nobody else', async () => {
  const order: [string, string][] = [
    ['Payments', 'open'],
    ['Contractors', 'strict'],
  ];
  const found = await impact(plan(order), plan(order, { revisions: { strict: 2 } }));
  expect(found).toEqual({
    unchanged: 3,
    changed: [{ from: 'Strict', to: 'Strict', members: 1, kind: 'new-version' }],
    byGroup: [{ groupId: group.Contractors, groupName: 'Contractors', members: 1 }],
    elsewhere: 0,
  });
});

test('a policy that was never published applies to nobody', async () => {
  const order: [string, string][] = [['Contractors', 'strict']];
  const found = await impact(plan([]), plan(order, { revisions: { strict: 0 } }));
  expect(found).toMatchObject({ unchanged: 4, changed: [] });
});

test('a baseline changes everybody, also those without a policy', async () => {
  const order: [string, string][] = [['Contractors', 'strict']];
  const found = await impact(plan(order), plan(order, { baseline: 'base' }));
  expect(found).toMatchObject({ unchanged: 0, elsewhere: 2 });
  expect(found.changed).toContainEqual({ from: null, to: null, members: 2, kind: 'new-version' });
  const next = await impact(
    plan(order, { baseline: 'base' }),
    plan(order, { baseline: 'base', revisions: { base: 2 } }),
  );
  expect(next.unchanged).toBe(0);
});

test('nothing differs: nobody gets anything else', async () => {
  const same = plan([['Payments', 'open']], { fallback: 'strict', baseline: 'base' });
  expect(await impact(same, same)).toEqual({ unchanged: 4, changed: [], byGroup: [], elsewhere: 0 });
});
