import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Policy, PolicySummary } from '#contract/policies.ts';
import { openPolicyTests, type PolicyTests } from '#testing/policy-tests.ts';

let tests: PolicyTests;
const readOnly = 'allowed_sandbox_modes = ["read-only"]\n';
const asks = 'allowed_approval_policies = ["on-request"]\n';

beforeAll(async () => {
  tests = await openPolicyTests();
});
afterAll(() => tests.close());

const call = <Body = Record<string, unknown>>(method: string, path: string, input?: unknown) =>
  tests.owner.call<Body>(method, path, input);
const save = (id: string, expectedDraft: number | null, change: Record<string, unknown>) =>
  call<Policy>('PUT', `/policies/${id}/draft`, { expectedDraft, ...change });
const preview = async (id: string) =>
  (await call<{ impact: unknown; blockedBy: string[] }>('POST', `/policies/${id}/publication/preview`)).body;
const setWorkspace = (set: Record<string, unknown>) =>
  tests.services.db.updateTable('workspaces').set(set).where('id', '=', tests.workspaceId).execute();
const releases = () =>
  tests.services.db
    .selectFrom('policy_releases')
    .select(['kind', 'summary', 'revisions'])
    .where('workspace_id', '=', tests.workspaceId)
    .orderBy('number')
    .execute();

test('publishing makes the draft what members get, as a version with its message', async () => {
  const { id } = await tests.create('Published', readOnly, { contact: 'ops' });
  const { body } = await tests.publish(id, 1);
  expect(body.outcome).toBe('published');
  expect(body.policy).toMatchObject({ revision: 1, hasDraft: false, draft: null, published: { contents: readOnly } });
  await save(id, null, { contents: asks });
  await tests.publish(id, 1);
  const { body: versions } = await call<{ items: unknown[] }>('GET', `/policies/${id}/versions`);
  const by = 'Ada Lovelace <ada@example.com>';
  expect(versions.items).toMatchObject([
    { revision: 2, message: 'Agreed with security.', publishedBy: by, approvedBy: null, restoredFrom: null },
    { revision: 1, name: 'Published' },
  ]);
  expect((await releases()).at(-1)).toMatchObject({
    kind: 'publication',
    summary: 'Published “Published”, version 2.',
    revisions: { [id]: 2 },
  });
  expect((await tests.events(id)).at(-1)).toMatchObject({
    event: 'policy.published',
    payload: {
      revision: 2,
      message: 'Agreed with security.',
      before: { contents: readOnly, contact: 'ops' },
      after: { contents: asks, contact: 'ops' },
    },
  });
});

test('what a client would refuse is not published, and the answer says where', async () => {
  const { id } = await tests.create('Broken', '# ours\nallowed_sandbox_modes = ["workspace-write"]\n');
  const { status, body } = await tests.owner.call<{ code: string; data: { diagnostics: unknown[] } }>(
    'POST',
    `/policies/${id}/publication`,
    { expectedDraft: 1, message: 'Go.' },
  );
  expect({ status, code: body.code }).toEqual({ status: 422, code: 'policy-refused' });
  expect(body.data.diagnostics[0]).toMatchObject({ part: 'contents', severity: 'error', from: { line: 2 } });
  expect((await preview(id)).blockedBy).toEqual(['Clients would refuse the requirements: 1 error.']);
  await save(id, 1, { contents: readOnly, defaults: 'model = ' });
  expect((await tests.publish(id, 2)).body).toMatchObject({ code: 'policy-refused' });
  expect((await call<Policy>('GET', `/policies/${id}`)).body.revision).toBe(0);
});

test('only the draft that was looked at is published, and once', async () => {
  const { id } = await tests.create('Once', readOnly);
  expect((await tests.publish(id, 7)).body).toMatchObject({ code: 'conflict', data: { currentVersion: 1 } });
  const outcomes = await Promise.all([tests.publish(id, 1), tests.publish(id, 1)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect((await tests.publish(id, 1)).body).toMatchObject({ code: 'policy-draft-missing' });
  expect(await call('POST', `/policies/${id}/publication/preview`)).toMatchObject({
    body: { code: 'policy-draft-missing' },
  });
});

test('red tests block publishing; the preview shows them and who would get the new version', async () => {
  const member = await tests.signIn('Payer');
  const payments = await tests.group('Payments', [member.memberId]);
  const { id } = await tests.published('Tested', readOnly);
  await tests.order([{ groupId: payments, policyId: id }]);
  const test = {
    kind: 'setting',
    groupId: payments,
    key: 'allowed_sandbox_modes',
    expect: 'lacks',
    value: '"read-only"',
  };
  await save(id, null, { contents: `${readOnly}${asks}`, tests: [test] });
  expect(await preview(id)).toMatchObject({
    impact: {
      changed: [{ from: 'Tested', to: 'Tested', members: 1, kind: 'new-version' }],
      byGroup: [{ groupName: 'Payments', members: 1 }],
      elsewhere: 0,
    },
    needsApproval: false,
    tests: [{ passed: false, sentence: 'For somebody in *Payments*, `allowed_sandbox_modes` lacks "read-only"' }],
    blockedBy: ['1 policy test fails.'],
  });
  expect((await tests.publish(id, 1)).body).toMatchObject({
    code: 'policy-tests-failed',
    data: { results: [{ passed: false }] },
  });
  await save(id, 1, { tests: [{ ...test, expect: 'contains' }] });
  expect((await tests.publish(id, 2)).status).toBe(200);
  await tests.order([]);
});

test('a freeze stops publishing and deleting, not drafts', async () => {
  const { id } = await tests.published('Frozen', readOnly);
  const freeze = { policies_frozen_at: new Date(), policies_frozen_by: 'Ada', policies_frozen_because: 'Incident 7' };
  await setWorkspace(freeze);
  expect((await save(id, null, { contents: asks })).status).toBe(200);
  expect((await preview(id)).blockedBy).toEqual(['Policies are frozen: Incident 7']);
  expect(await tests.publish(id, 1)).toMatchObject({ status: 409, body: { code: 'policies-frozen' } });
  expect(await call('DELETE', `/policies/${id}`)).toMatchObject({ body: { code: 'policies-frozen' } });
  await setWorkspace({ policies_frozen_at: null, policies_frozen_by: null, policies_frozen_because: null });
  expect((await tests.publish(id, 1)).status).toBe(200);
});

test('a folder that owns the policies keeps people out and lets its key in', async () => {
  const { id } = await tests.published('Owned', readOnly);
  await save(id, null, { contents: asks });
  await setWorkspace({ policies_managed_by: 'git: policies' });
  for (const refused of [await tests.publish(id, 1), await save(id, 1, {}), await call('DELETE', `/policies/${id}`)])
    expect(refused).toMatchObject({ status: 409, body: { code: 'policies-managed-elsewhere' } });
  expect((await preview(id)).blockedBy).toEqual(['The folder git: policies owns the policies: change it there.']);
  const input = { expectedDraft: 1, message: 'Pipeline 12.' };
  const answer = await tests.withKey('POST', `/policies/${id}/publication`, input);
  expect(answer).toMatchObject({ status: 200, body: { policy: { updatedBy: 'API key “GitOps”', revision: 2 } } });
  await setWorkspace({ policies_managed_by: null });
});

test('a policy in use is not deleted; a deleted one is gone, and its name is free', async () => {
  const { id, number } = await tests.published('In use', readOnly);
  const group = await tests.group('Users');
  const uses = [
    { order: () => tests.order([{ groupId: group, policyId: id }]), says: { groups: ['Users'], isFallback: false } },
    { order: () => tests.order([], id), says: { groups: [], isFallback: true } },
    { order: () => setWorkspace({ fallback_policy_id: null, baseline_policy_id: id }), says: { isBaseline: true } },
  ];
  for (const { order, says } of uses) {
    await order();
    expect(await call('DELETE', `/policies/${id}`)).toMatchObject({ body: { code: 'policy-in-use', data: says } });
  }
  await setWorkspace({ baseline_policy_id: null });
  await save(id, null, { contents: asks });
  expect((await call('DELETE', `/policies/${id}`)).status).toBe(200);
  for (const path of [`/policies/${id}`, `/policies/${id}/versions`])
    expect((await call('GET', path)).status).toBe(404);
  expect((await tests.publish(id, 1)).status).toBe(404);
  expect((await releases()).at(-1)).toMatchObject({ kind: 'deletion', summary: 'Deleted “In use”.' });
  expect((await tests.events(id)).at(-1)).toMatchObject({ event: 'policy.deleted', payload: { revision: 1 } });
  expect((await tests.create('In use', readOnly)).number).toBeGreaterThan(number);
});

test('the list says where each policy stands and whom it reaches', async () => {
  const [one, two] = [await tests.signIn('One'), await tests.signIn('Two')];
  const [first, second] = [
    await tests.group('A', [one.memberId]),
    await tests.group('B', [one.memberId, two.memberId]),
  ];
  const wide = await tests.published('List wide', readOnly);
  const narrow = await tests.published('List narrow', readOnly);
  await save(narrow.id, null, { contents: asks });
  await tests.order(
    [
      { groupId: first, policyId: narrow.id },
      { groupId: second, policyId: wide.id },
    ],
    narrow.id,
  );
  const { body } = await call<{ items: PolicySummary[] }>('GET', '/policies');
  expect(body.items.find(({ id }) => id === wide.id)).toMatchObject({
    groups: [{ id: second, name: 'B', position: 1 }],
    memberCount: 1,
    isFallback: false,
    hasDraft: false,
  });
  const found = body.items.find(({ id }) => id === narrow.id);
  expect(found).toMatchObject({ groups: [{ position: 0 }], isFallback: true, isBaseline: false, hasDraft: true });
  const { members } = await tests.services.db
    .selectFrom('members')
    .select((at) => at.fn.countAll<number>().as('members'))
    .where('workspace_id', '=', tests.workspaceId)
    .executeTakeFirstOrThrow();
  expect(found?.memberCount).toBe(Number(members) - 1);
});
