import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPolicyWorkspace, openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';
import { changeDirectory } from './change-directory.ts';
import { removeGroupIn } from './provision-groups.ts';

let first: PolicyWorkspace;
beforeAll(async () => {
  first = await openPolicyWorkspace();
});
afterAll(() => first.services.close());

/** Two groups in the order, a fallback, and somebody in both. */
async function withOrder() {
  const at = await addPolicyWorkspace(first.services);
  const [payments, engineering] = [await at.group('Payments'), await at.group('Engineering')];
  await at.member('both@example.com', [payments, engineering]);
  await at.member('one@example.com', [payments]);
  const [strict, open] = [await at.policy('Strict'), await at.policy('Open')];
  const items = [
    { groupId: payments, policyId: strict },
    { groupId: engineering, policyId: open },
  ];
  await at.call('PUT', '/policy-assignments', { items, fallbackPolicyId: open, expectedVersion: 1 });
  return { at, payments, engineering, strict, open, items };
}

const orderOf = async ({ call }: PolicyWorkspace) =>
  (await call<{ items: { groupId: string }[]; version: number }>('GET', '/policy-assignments')).body;

const newestState = async ({ call }: PolicyWorkspace) =>
  (await call<{ items: { number: number; kind: string; summary: string; by: string }[] }>('GET', '/policy-releases'))
    .body.items[0];

const eventsOf = ({ services, workspaceId }: PolicyWorkspace) =>
  services.db
    .selectFrom('audit_events')
    .select(['event', 'payload'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(2)
    .execute();

const throughScim = ({ services, workspaceId }: PolicyWorkspace, groupId: string) => {
  const actor = { kind: 'key', id: 'key_1', label: 'Identity provider', workspaceId, ip: null } as const;
  return changeDirectory(services, { workspaceId, actor, mayUnmakeOwner: false }, (change) =>
    removeGroupIn(change, groupId),
  );
};

test('before a group goes it says whose policy changes; then the order goes on without it', async () => {
  const { at, payments, engineering, open } = await withOrder();
  expect(await at.call('GET', `/groups/${payments}/deletion`)).toMatchObject({
    status: 200,
    body: {
      members: 2,
      isInOrder: true,
      policyName: 'Strict',
      policyImpact: { unchanged: 1, changed: [{ from: 'Strict', to: 'Open', members: 2, kind: 'changes' }] },
    },
  });
  const before = await newestState(at);
  expect(await at.call('DELETE', `/groups/${payments}`)).toMatchObject({ status: 200 });
  expect(await orderOf(at)).toMatchObject({ items: [{ groupId: engineering, policyId: open }], version: 3 });
  expect(await newestState(at)).toMatchObject({
    number: (before?.number ?? 0) + 1,
    kind: 'group-deletion',
    summary: '“Payments” was deleted, and its place in the order with it.',
  });
  const events = await eventsOf(at);
  expect(events.map(({ event }) => event).sort()).toEqual(['group.deleted', 'policy.assignments-changed']);
  expect(events.find(({ event }) => event === 'policy.assignments-changed')?.payload).toMatchObject({
    before: { version: 2, order: [{ group: 'Payments', policy: 'Strict' }] },
    after: { version: 3, order: [] },
  });
});

test('a group outside the order goes without a new order, and says that nobody’s policy changes', async () => {
  const { at } = await withOrder();
  const other = await at.group('Book club');
  const [order, state] = [await orderOf(at), await newestState(at)];
  expect((await at.call('GET', `/groups/${other}/deletion`)).body).toMatchObject({
    members: 0,
    isInOrder: false,
    policyName: null,
    policyImpact: { changed: [] },
  });
  expect(await at.call('DELETE', `/groups/${other}`)).toMatchObject({ status: 200 });
  expect([await orderOf(at), await newestState(at)]).toEqual([order, state]);
  expect(await at.call('GET', `/groups/${other}/deletion`)).toMatchObject({ status: 404 });
});

test('while policies are frozen nobody deletes a group of the order; others go', async () => {
  const { at, payments } = await withOrder();
  const other = await at.group('Book club');
  await at.call('PUT', '/policy-protection/freeze', { because: 'Incident' });
  const order = await orderOf(at);
  expect(await at.call('DELETE', `/groups/${payments}`)).toMatchObject({
    status: 409,
    body: { code: 'policies-frozen' },
  });
  expect(await orderOf(at)).toEqual(order);
  expect(await at.call('GET', `/groups/${payments}`)).toMatchObject({ status: 200 });
  expect(await at.call('DELETE', `/groups/${other}`)).toMatchObject({ status: 200 });
});

test('what the identity provider deletes is gone under a freeze too, and is kept as a state', async () => {
  const { at, payments, engineering } = await withOrder();
  await at.call('PUT', '/policy-protection/freeze', { because: 'Incident' });
  await throughScim(at, payments);
  expect(await orderOf(at)).toMatchObject({ items: [{ groupId: engineering }], version: 3 });
  expect(await newestState(at)).toMatchObject({ kind: 'group-deletion', by: 'Identity provider' });
});

test('deleting, ordering and publishing at the same moment: one after the other, and no rule without its group', async () => {
  const { at, payments, engineering, strict, items } = await withOrder();
  const { body: draft } = await at.call('POST', '/policies', {
    name: 'New',
    contents: 'allowed_sandbox_modes = ["read-only"]\n',
  });
  const before = (await newestState(at))?.number ?? 0;
  const answers = await Promise.all([
    at.call('DELETE', `/groups/${payments}`),
    at.call('PUT', '/policy-assignments', { items: items.toReversed(), fallbackPolicyId: strict, expectedVersion: 2 }),
    throughScim(at, engineering),
    at.call('POST', `/policies/${draft.id}/publication`, { expectedDraft: 1, message: 'Now.' }),
    at.call('DELETE', `/groups/${payments}`),
  ]);
  const statuses = answers.map((answer) => answer?.status);
  expect([statuses[0], statuses[4]].sort()).toEqual([200, 404]);
  expect([200, 404, 409]).toContain(statuses[1]);
  expect(statuses[3]).toBe(200);
  expect((await orderOf(at)).items).toEqual([]);
  const made = 3 + (statuses[1] === 200 ? 1 : 0);
  expect((await newestState(at))?.number).toBe(before + made);
});
