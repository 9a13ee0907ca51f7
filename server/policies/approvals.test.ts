import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Policy } from '#contract/policies.ts';
import type { ApiClient } from '#testing/own-api-client.ts';
import { openPolicyTests, type PolicyTests } from '#testing/policy-tests.ts';

let tests: PolicyTests;
let grace: ApiClient & { memberId: string };
let alan: ApiClient & { memberId: string };
const readOnly = 'allowed_sandbox_modes = ["read-only"]\n';
const asks = 'allowed_approval_policies = ["on-request"]\n';
const ada = 'Ada Lovelace <ada@example.com>';

const demandSecond = (isDemanded: boolean) =>
  tests.services.db
    .updateTable('workspaces')
    .set({ policy_second_approver: isDemanded })
    .where('id', '=', tests.workspaceId)
    .execute();

beforeAll(async () => {
  tests = await openPolicyTests();
  grace = await tests.signIn('Grace', 'owner');
  alan = await tests.signIn('Alan', 'owner');
});
beforeEach(() => demandSecond(true));
afterAll(() => tests.close());

const save = (id: string, expectedDraft: number | null, change: Record<string, unknown>, by: ApiClient = tests.owner) =>
  by.call<Policy>('PUT', `/policies/${id}/draft`, { expectedDraft, ...change });
const get = async (id: string, by: ApiClient = tests.owner) => (await by.call<Policy>('GET', `/policies/${id}`)).body;
const approve = (requestId: string, by: ApiClient) => by.call<Policy>('POST', `/policy-requests/${requestId}/approval`);
const decline = (requestId: string, by: ApiClient, reason = '') =>
  by.call('POST', `/policy-requests/${requestId}/refusal`, { reason });

let made = 0;
/** A policy whose first draft waits for a second person. */
async function asked(): Promise<{ id: string; requestId: string }> {
  const { id } = await tests.create(`Asked ${made++}`, readOnly);
  const { body } = await tests.publish(id, 1);
  expect(body).toMatchObject({ outcome: 'awaits-approval', policy: { revision: 0, awaitsApproval: true } });
  return { id, requestId: body.policy.request?.id ?? '' };
}

test('publishing asks; a second person approves, and both stand with the version', async () => {
  const { id, requestId } = await asked();
  expect((await get(id)).request).toMatchObject({
    message: 'Agreed with security.',
    draftVersion: 1,
    requestedBy: ada,
    authors: [ada],
    mayDecide: false,
  });
  const reasonsFor = async (by: ApiClient) =>
    (await by.call<{ blockedBy: string[] }>('POST', `/policies/${id}/publication/preview`)).body.blockedBy;
  expect(await reasonsFor(tests.owner)).toEqual(['This draft waits for a second person already.']);
  expect(await reasonsFor(grace)).toEqual([]);
  const { body: list } = await grace.call<{ items: { id: string }[] }>('GET', '/policy-requests');
  expect(list.items.find(({ id: found }) => found === requestId)).toMatchObject({ policyId: id, mayDecide: true });
  const { status, body } = await approve(requestId, grace);
  expect({ status, ...body }).toMatchObject({ status: 200, revision: 1, awaitsApproval: false, request: null });
  const { body: versions } = await grace.call<{ items: unknown[] }>('GET', `/policies/${id}/versions`);
  expect(versions.items).toMatchObject([
    { message: 'Agreed with security.', publishedBy: ada, approvedBy: 'Grace <grace@example.com>' },
  ]);
  const events = await tests.events(id);
  expect(events.map(({ event }) => event)).toEqual(['policy.created', 'policy.approval-requested', 'policy.published']);
  expect(events.at(-1)?.payload).toMatchObject({ publishedBy: ada, approvedBy: 'Grace <grace@example.com>' });
  expect((await approve(requestId, grace)).status).toBe(404);
});

test('nobody who had a hand in the draft, or asked, may approve it', async () => {
  const { id } = await tests.create('Two authors', readOnly);
  await save(id, 1, { contact: 'Grace' }, grace);
  const { body } = await tests.publish(id, 2, alan);
  const requestId = body.policy.request?.id ?? '';
  expect(body.policy.request?.authors).toEqual([ada, 'Grace <grace@example.com>']);
  for (const author of [tests.owner, grace, alan])
    expect(await approve(requestId, author)).toMatchObject({ status: 403, body: { code: 'policy-approval-refused' } });
  expect((await get(id)).revision).toBe(0);
  const second = await tests.signIn('Barbara', 'owner');
  expect((await approve(requestId, second)).status).toBe(200);
});

test('a key publishes by itself only while no second person is asked for, and approves nothing', async () => {
  const { body: created } = await tests.withKey('POST', '/policies', { name: 'By key', contents: readOnly });
  const { body } = await tests.withKey('POST', `/policies/${created.id}/publication`, {
    expectedDraft: 1,
    message: 'Pipeline 7.',
  });
  expect(body).toMatchObject({ outcome: 'awaits-approval' });
  const { requestId } = await asked();
  expect(await tests.withKey('POST', `/policy-requests/${requestId}/approval`, {})).toMatchObject({
    status: 403,
    body: { code: 'policy-approval-refused' },
  });
});

test('what changes a draft withdraws the request for it', async () => {
  const { id, requestId } = await asked();
  await save(id, 1, { contents: asks });
  expect(await get(id)).toMatchObject({ request: null, awaitsApproval: false });
  expect((await approve(requestId, grace)).status).toBe(404);
  expect((await tests.events(id)).map(({ event, payload }) => [event, payload])).toContainEqual([
    'policy.approval-declined',
    expect.objectContaining({ outcome: 'withdrawn', reason: 'The draft was changed.' }),
  ]);
  expect((await tests.publish(id, 2)).body.outcome).toBe('awaits-approval');
  expect(await tests.publish(id, 2)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  await tests.owner.call('DELETE', `/policies/${id}/draft`);
  const open = tests.services.db.selectFrom('policy_requests').select('state').where('policy_id', '=', id);
  expect((await open.execute()).map(({ state }) => state)).toEqual(['withdrawn', 'withdrawn']);
});

test('a request is declined with a reason, or withdrawn by whoever asked; the draft stays', async () => {
  const { id, requestId } = await asked();
  expect((await decline(requestId, grace, 'Too wide.')).status).toBe(200);
  expect((await tests.events(id)).at(-1)).toMatchObject({
    event: 'policy.approval-declined',
    payload: { outcome: 'declined', reason: 'Too wide.' },
  });
  expect(await get(id)).toMatchObject({ request: null, draft: { version: 1 } });
  const { body } = await tests.publish(id, 1);
  await decline(body.policy.request?.id ?? '', tests.owner);
  expect((await tests.events(id)).at(-1)).toMatchObject({ payload: { outcome: 'withdrawn' } });
});

test('whatever stops publishing stops approving too', async () => {
  const { id, requestId } = await asked();
  const set = (values: Record<string, unknown>) =>
    tests.services.db.updateTable('workspaces').set(values).where('id', '=', tests.workspaceId).execute();
  await set({ policies_frozen_at: new Date(), policies_frozen_by: 'Ada', policies_frozen_because: 'Incident' });
  expect((await approve(requestId, grace)).body).toMatchObject({ code: 'policies-frozen' });
  await set({ policies_frozen_at: null, policies_frozen_by: null, policies_frozen_because: null });
  const nobody = await tests.signIn('Nobody');
  expect((await approve(requestId, nobody)).body).toMatchObject({ code: 'not-permitted' });
  expect((await approve(requestId, await tests.strangerOwner())).status).toBe(404);
  expect((await get(id)).revision).toBe(0);
});

test('approving races with saving: what was approved is what was looked at', async () => {
  const { id, requestId } = await asked();
  const [approved, saved] = await Promise.all([approve(requestId, grace), save(id, 1, { contents: asks })]);
  const policy = await get(id);
  if (approved.status === 200) expect(policy.published?.contents).toBe(readOnly);
  else expect(policy).toMatchObject({ revision: 0, draft: { contents: asks } });
  expect([approved.status === 200, saved.status === 200].filter(Boolean)).toHaveLength(1);
});

test('an old request ends when somebody publishes after the rule was lifted', async () => {
  const { id, requestId } = await asked();
  await demandSecond(false);
  expect((await tests.publish(id, 1)).body.outcome).toBe('published');
  expect((await approve(requestId, grace)).status).toBe(404);
});
