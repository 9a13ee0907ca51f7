import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPolicyDelivery } from '#testing/policy-delivery.ts';
import { seedGroup, seedPolicy, setBaseline, setFallback, setOrder } from '#testing/seed-policy.ts';
import { openTestServices, seedMember, type TestServices } from '#testing/test-services.ts';
import { telemetryTokenOf } from './telemetry-token.ts';

let services: TestServices;
let delivery: Awaited<ReturnType<typeof openPolicyDelivery>>;
const groups: Record<string, string> = {};
const policies: Record<string, string> = {};
let grace: string;
beforeAll(async () => {
  services = await openTestServices();
  delivery = await openPolicyDelivery(services);
  const { db } = services;
  const { workspaceId } = delivery;
  grace = await seedMember(db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  const alan = await seedMember(db, { workspaceId, email: 'alan@example.com', name: 'Alan Turing' });
  groups.payments = await seedGroup(db, workspaceId, { name: 'Payments' });
  groups.engineering = await seedGroup(db, workspaceId, { name: 'Engineering', memberIds: [grace] });
  groups.everyone = await seedGroup(db, workspaceId, { name: 'Everyone', memberIds: [grace, alan] });
  for (const name of ['Strict', 'Open', 'Rest'])
    policies[name] = await seedPolicy(db, workspaceId, { name, contents: `# ${name}\n` });
  await setOrder(db, workspaceId, [
    { groupId: groups.payments ?? '', policyId: policies.Strict ?? '' },
    { groupId: groups.engineering ?? '', policyId: policies.Open ?? '' },
    { groupId: groups.everyone ?? '', policyId: policies.Rest ?? '' },
  ]);
});
afterAll(() => services.close());

type Found = Record<string, unknown> & { whatIf: Record<string, unknown>; receipts: unknown[]; clients: unknown[] };

const find = async (query: Record<string, string>) => {
  const { status, body } = await delivery
    .as(delivery.ownerId)
    .call<Found>('GET', `/policy-lookup?${new URLSearchParams(query)}`);
  return { status, ...body };
};

describe('by e-mail', () => {
  test('the deciding rule, those before it, and later ones that fit as well', async () => {
    expect(await find({ email: ' Grace@Example.com' })).toMatchObject({
      subject: 'Grace Hopper <grace@example.com>',
      memberId: grace,
      policy: { name: 'Open', revision: 1 },
      baseline: null,
      matchedAt: 1,
      because: 'Grace Hopper is in “Engineering”, the first group in the order that fits (number 2 of 3).',
      tried: [
        { position: 0, groupName: 'Payments', policyName: 'Strict', matched: false },
        { position: 1, groupName: 'Engineering', policyName: 'Open', matched: true },
      ],
      alsoMatching: [{ position: 2, groupName: 'Everyone', policyName: 'Rest', matched: true }],
      whatIf: null,
      receipts: [],
      clients: [],
    });
  });

  test('nobody of that name, and neither or both of the two, are refused', async () => {
    expect(await find({ email: 'nobody@example.com' })).toMatchObject({ status: 404 });
    expect(await find({})).toMatchObject({ status: 400 });
    expect(await find({ email: 'grace@example.com', groupId: groups.payments ?? '' })).toMatchObject({ status: 400 });
  });

  test('the fallback, the baseline, nothing: each says so', async () => {
    const { db } = services;
    const { workspaceId } = delivery;
    expect(await find({ email: 'ada@example.com' })).toMatchObject({
      policy: null,
      because: 'Ada Lovelace is in none of the 3 groups in the order, and there is no fallback policy.',
    });
    await setFallback(db, workspaceId, policies.Rest ?? null);
    await setBaseline(db, workspaceId, policies.Strict ?? null);
    expect(await find({ email: 'ada@example.com' })).toMatchObject({
      policy: { name: 'Rest' },
      baseline: { name: 'Strict' },
      matchedAt: null,
      because: 'Ada Lovelace is in none of the 3 groups in the order, so the fallback applies.',
    });
    await setFallback(db, workspaceId, policies.Strict ?? null);
    expect(await find({ email: 'ada@example.com' })).toMatchObject({ policy: { name: 'Strict' }, baseline: null });
    await setFallback(db, workspaceId, null);
    await setBaseline(db, workspaceId, null);
  });

  test('whoever is not active is told apart', async () => {
    const set = (status: 'suspended' | 'deprovisioned' | 'invited' | 'active') =>
      services.db.updateTable('members').set({ status }).where('id', '=', grace).execute();
    for (const [status, words] of [
      ['suspended', 'They are suspended'],
      ['deprovisioned', 'They are deprovisioned'],
      ['invited', 'have not accepted'],
    ] as const) {
      await set(status);
      expect(await find({ email: 'grace@example.com' })).toMatchObject({
        policy: { name: 'Open' },
        because: expect.stringContaining(words),
      });
    }
    await set('active');
  });
});

test('by group: what somebody gets who is only in it', async () => {
  expect(await find({ groupId: groups.everyone ?? '' })).toMatchObject({
    subject: 'Everyone',
    memberId: null,
    policy: { name: 'Rest' },
    because: expect.stringMatching(/^Someone who is only in “Everyone” is in/),
  });
  expect(await find({ groupId: 'grp_none' })).toMatchObject({ status: 404 });
});

describe('what if', () => {
  const email = 'grace@example.com';

  test('they joined a group, or left one', async () => {
    expect(await find({ email, joins: groups.payments ?? '' })).toMatchObject({
      policy: { name: 'Open' },
      whatIf: {
        policy: { name: 'Strict' },
        changes: true,
        matchedAt: 0,
        because: expect.stringContaining('Payments'),
        contentsNow: '# Open\n',
        contentsThen: '# Strict\n',
      },
    });
    expect(await find({ email, leaves: groups.engineering ?? '' })).toMatchObject({
      whatIf: { policy: { name: 'Rest' } },
    });
    expect(await find({ email, leaves: groups.everyone ?? '' })).toMatchObject({ whatIf: { changes: false } });
    expect(await find({ email, joins: 'grp_none' })).toMatchObject({ status: 404 });
  });

  test('a draft were published', async () => {
    const draft = { contents: '# Open, but less\n', defaults: 'model = "corp-model"\n', name: 'Less open' };
    const rest = { tests: '[]', contact: '', explains_rules: false, authors: '[]', updated_by: 'Ada' };
    await services.db
      .insertInto('policy_drafts')
      .values({
        policy_id: policies.Open ?? '',
        workspace_id: delivery.workspaceId,
        version: 1,
        based_on: 1,
        ...draft,
        ...rest,
        updated_at: new Date(),
      })
      .execute();
    const { whatIf } = await find({ email, publishes: policies.Open ?? '' });
    expect(whatIf).toMatchObject({
      policy: { name: 'Less open', revision: 2 },
      changes: true,
      contentsNow: '# Open\n',
    });
    expect(whatIf.contentsThen).toBe(
      '# requirements.toml of “Less open”\n# Open, but less\n\n# config.toml defaults of “Less open”\nmodel = "corp-model"\n',
    );
    const other = await find({ email: 'alan@example.com', publishes: policies.Open ?? '' });
    expect(other.whatIf).toMatchObject({ changes: false });
    expect(await find({ email, publishes: policies.Strict ?? '' })).toMatchObject({ code: 'policy-draft-missing' });
  });
});

describe('the exact answer', () => {
  const bytes = async (query: Record<string, string>) =>
    await delivery.as(delivery.ownerId).call('GET', `/policy-lookup/bytes?${new URLSearchParams(query)}`);

  test.each([
    ['0.169.0', 'bundle'],
    ['0.163.0', 'bundle'],
    ['0.140.0', 'bundle'],
    ['0.120.0', 'requirements'],
  ])('of Codex %s is what its client gets, and asking leaves no trace', async (version, form) => {
    const before = await services.db.selectFrom('policy_deliveries').selectAll().execute();
    const { body } = await bytes({ email: 'grace@example.com', clientVersion: version });
    expect(await services.db.selectFrom('policy_deliveries').selectAll().execute()).toEqual(before);
    const got = await delivery.fetchAs(grace, { version, form });
    const token = await telemetryTokenOf(services, { workspaceId: delivery.workspaceId, memberId: grace });
    expect(got.includes(token)).toBe(form === 'bundle');
    const text = got.replaceAll(token, '*'.repeat(token.length));
    expect(body).toMatchObject({
      path: `/backend-api/wham/config/${form}`,
      clientVersion: version,
      body: text,
      byteLength: Buffer.byteLength(text),
      sha256: hash('sha256', got),
    });
    const answer = JSON.parse(text);
    const sent: { contents: string }[] =
      form === 'requirements'
        ? [answer]
        : [...answer.requirements_toml.enterprise_managed, ...answer.config_toml.enterprise_managed];
    expect((body.fragments as { contents: string }[]).map(({ contents }) => contents)).toEqual(
      sent.map(({ contents }) => contents),
    );
  });

  test('of a member whose clients are refused is nothing', async () => {
    await services.db
      .updateTable('members')
      .set({ status: 'suspended' })
      .where('email', '=', 'alan@example.com')
      .execute();
    expect(await bytes({ email: 'alan@example.com' })).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('suspended') },
    });
  });
});

test('receipts and clients of the member are shown', async () => {
  const found = await find({ email: 'grace@example.com' });
  expect(found.receipts).toHaveLength(4);
  expect(found.receipts).toContainEqual(
    expect.objectContaining({
      policy: expect.objectContaining({ name: 'Open' }),
      isCurrent: true,
      clientVersion: '0.169.0',
    }),
  );
  expect(found.clients).toContainEqual(expect.objectContaining({ version: '0.163.0', generation: '0.163.0' }));
});
