import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPolicyWorkspace, openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';

let at: PolicyWorkspace;
beforeAll(async () => {
  at = await openPolicyWorkspace();
});
afterAll(() => at.services.close());

interface Order {
  items: { groupId: string; groupName: string; policyId: string; policyName: string; memberCount: number }[];
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
  version: number;
}

const readOrder = async () => (await at.call<Order>('GET', '/policy-assignments')).body;

const assign = async (
  plan: Partial<Omit<Order, 'items' | 'version'>> & { items?: unknown; expectedVersion?: number },
) =>
  at.call('PUT', '/policy-assignments', {
    items: [],
    fallbackPolicyId: null,
    expectedVersion: (await readOrder()).version,
    ...plan,
  });

const events = (event: string) =>
  at.services.db
    .selectFrom('audit_events')
    .select(['payload', 'actor_label'])
    .where('workspace_id', '=', at.workspaceId)
    .where('event', '=', event)
    .orderBy('id')
    .execute();

describe('the order', () => {
  test('the first rule whose group holds somebody counts them; suspended people count nowhere', async () => {
    const engineering = await at.group('Engineering');
    const contractors = await at.group('Contractors');
    const open = await at.policy('Open');
    const strict = await at.policy('Strict');
    const fallback = await at.policy('Everyone else');
    await at.member('eng@example.com', [engineering]);
    await at.member('both@example.com', [engineering, contractors]);
    const gone = await at.member('gone@example.com', [contractors]);
    await at.services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', gone).execute();
    const items = [
      { groupId: contractors, policyId: strict },
      { groupId: engineering, policyId: open },
    ];
    const preview = await at.call('POST', '/policy-assignments/preview', { items, fallbackPolicyId: fallback });
    expect(preview.body).toMatchObject({
      unchanged: 0,
      changed: expect.arrayContaining([
        { from: null, to: 'Strict', members: 1, kind: 'gains' },
        { from: null, to: 'Open', members: 1, kind: 'gains' },
        { from: null, to: 'Everyone else', members: 1, kind: 'gains' },
      ]),
      warnings: [],
    });
    expect(await assign({ items, fallbackPolicyId: fallback })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await readOrder()).toEqual({
      items: [
        { groupId: contractors, groupName: 'Contractors', policyId: strict, policyName: 'Strict', memberCount: 1 },
        { groupId: engineering, groupName: 'Engineering', policyId: open, policyName: 'Open', memberCount: 1 },
      ],
      fallbackPolicyId: fallback,
      baselinePolicyId: null,
      version: 2,
    });
    const [recorded] = await events('policy.assignments-changed');
    expect(recorded?.payload).toMatchObject({
      before: { version: 1, order: [], fallback: null, baseline: null },
      after: {
        version: 2,
        order: [
          { group: 'Contractors', policy: 'Strict' },
          { group: 'Engineering', policy: 'Open' },
        ],
        fallback: 'Everyone else',
      },
    });
  });

  test('what does not exist, was never published or stands in it twice is refused whole', async () => {
    const before = await readOrder();
    const [first] = before.items;
    const draft = await at.policy('Only a draft');
    await at.services.db.updateTable('policies').set({ revision: 0 }).where('id', '=', draft).execute();
    const deleted = await at.policy('Deleted');
    await at.services.db.updateTable('policies').set({ deleted_at: new Date() }).where('id', '=', deleted).execute();
    const elsewhere = await addPolicyWorkspace(at.services, 'Other Ltd');
    const foreign = { group: await elsewhere.group('Engineering'), policy: await elsewhere.policy('Open') };
    const rule = (change: object) => [{ groupId: first?.groupId, policyId: first?.policyId, ...change }];
    for (const [plan, code] of [
      [{ items: rule({ groupId: 'grp_none' }) }, 'not-found'],
      [{ items: rule({ policyId: 'pol_none' }) }, 'not-found'],
      [{ items: rule({ groupId: foreign.group }) }, 'not-found'],
      [{ items: rule({ policyId: foreign.policy }) }, 'not-found'],
      [{ items: rule({ policyId: deleted }) }, 'not-found'],
      [{ items: rule({ policyId: draft }) }, 'policy-not-published'],
      [{ fallbackPolicyId: draft }, 'policy-not-published'],
      [{ baselinePolicyId: draft }, 'policy-not-published'],
      [{ items: [...rule({}), ...rule({})] }, 'bad-input'],
    ] as const) {
      expect(await assign(plan), code).toMatchObject({ body: { code } });
      const preview = { items: [], fallbackPolicyId: null, ...plan };
      expect(await at.call('POST', '/policy-assignments/preview', preview), code).toMatchObject({ body: { code } });
    }
    expect(await readOrder()).toEqual(before);
  });

  test('of two who change the same order, the second is told', async () => {
    const { version, items } = await readOrder();
    const both = await Promise.all([
      assign({ items, expectedVersion: version }),
      assign({ items: [], expectedVersion: version }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = both.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'conflict', data: { currentVersion: version + 1 } });
  });
});

describe('what the preview warns of', () => {
  const warnings = async (plan: object) =>
    (await at.call<{ warnings: string[] }>('POST', '/policy-assignments/preview', { items: [], ...plan })).body
      .warnings;

  test('people without policy are counted, and a baseline leaves nobody without', async () => {
    const baseline = await at.policy('Organisation');
    expect(await warnings({ fallbackPolicyId: null })).toEqual([
      'There is no fallback: 3 active members are in none of these groups and would get no policy.',
    ]);
    const told = (await warnings({ fallbackPolicyId: null, baselinePolicyId: baseline })).join('\n');
    expect(told).toContain('“Organisation” goes to everybody');
    expect(told).toContain('Clients before 0.140 take one document');
    expect(told).not.toContain('no fallback');
    expect((await warnings({ fallbackPolicyId: baseline, baselinePolicyId: baseline })).join('\n')).toContain(
      'receives it once',
    );
  });
});

test('an order that would undo what tests of a policy want is refused, and the preview says which', async () => {
  const [inside, outside] = [await at.group('Payments'), await at.group('Everyone in Payments and more')];
  const [tested, other] = [await at.policy('Tested'), await at.policy('Other')];
  const rules = [
    { groupId: inside, policyId: tested },
    { groupId: outside, policyId: other },
  ];
  await assign({ items: rules });
  const wants = {
    kind: 'setting',
    groupId: inside,
    key: 'allowed_sandbox_modes',
    expect: 'contains',
    value: '"read-only"',
  } as const;
  await at.change(tested, { tests: [wants] });
  const swapped = [
    { groupId: inside, policyId: other },
    { groupId: outside, policyId: tested },
  ];
  const { body } = await at.call('POST', '/policy-assignments/preview', { items: swapped, fallbackPolicyId: null });
  const broken = { policyName: 'Tested', passed: false, found: '“Other” decides for this group, not this policy.' };
  expect(body.tests).toMatchObject([broken]);
  expect(await assign({ items: swapped })).toMatchObject({
    status: 422,
    body: { code: 'policy-tests-failed', data: { results: [broken] } },
  });
  expect((await readOrder()).items).toMatchObject(rules);
  // Whose tests the order does not touch is not asked again.
  expect(await assign({ items: [...rules].reverse() })).toMatchObject({ status: 200 });
});

test('thousands of groups and their order are read, previewed and written as one', { timeout: 60_000 }, async () => {
  const policies = await Promise.all([1, 2, 3].map((number) => at.policy(`Of many ${number}`)));
  const ids = Array.from({ length: 5_000 }, (_, index) => `grp_many_${String(index).padStart(4, '0')}`);
  for (let from = 0; from < ids.length; from += 1_000)
    await at.services.db
      .insertInto('groups')
      .values(
        ids
          .slice(from, from + 1_000)
          .map((id) => ({ id, workspace_id: at.workspaceId, name: `Many ${id}`, created_at: new Date() })),
      )
      .execute();
  await at.member('first@example.com', [ids[0] ?? '', ids[4_999] ?? '']);
  await at.member('last@example.com', [ids[4_999] ?? '']);
  const items = ids.map((groupId, index) => ({ groupId, policyId: policies[index % 3] ?? '' }));
  const { body } = await at.call('POST', '/policy-assignments/preview', { items, fallbackPolicyId: null });
  expect(body).toMatchObject({ byGroup: [{ members: 1 }, { members: 1 }] });
  expect(await assign({ items })).toMatchObject({ status: 200 });
  const order = await readOrder();
  expect(order.items.map(({ groupId }) => groupId)).toEqual(ids);
  expect(order.items[0]?.memberCount).toBe(1);
  expect(order.items[4_999]?.memberCount).toBe(1);
  const moved = items.slice(1, 3).concat(items.slice(0, 1), items.slice(3));
  await assign({ items: moved });
  const recorded = (await events('policy.assignments-changed')).at(-1)?.payload as { after: { order: unknown[] } };
  expect(recorded.after.order).toHaveLength(3);
});
