import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPolicyWorkspace, openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';

let first: PolicyWorkspace;
beforeAll(async () => {
  first = await openPolicyWorkspace();
});
afterAll(() => first.services.close());

interface Release {
  number: number;
  kind: string;
  summary: string;
  by: string;
}

/** A workspace of its own for each test: states are counted from its first change. */
const fresh = (): Promise<PolicyWorkspace> => addPolicyWorkspace(first.services);

const listReleases = async ({ call }: PolicyWorkspace, query = '') =>
  (await call<{ items: Release[]; nextCursor: string | null }>('GET', `/policy-releases${query}`)).body;

const current = async (at: PolicyWorkspace) => (await listReleases(at)).items[0]?.number ?? 0;

const restore = async (at: PolicyWorkspace, number: number, change: object = {}) =>
  at.call('POST', `/policy-releases/${number}/restoration`, { expectedCurrent: await current(at), ...change });

const preview = ({ call }: PolicyWorkspace, number: number) => call('POST', `/policy-releases/${number}/preview`);

const policyOf = async ({ call }: PolicyWorkspace, id: string) =>
  (await call<{ name: string; revision: number; published: { contents: string } }>('GET', `/policies/${id}`)).body;

const orderOf = async ({ call }: PolicyWorkspace) =>
  (
    await call<{
      items: { groupId: string; policyId: string }[];
      fallbackPolicyId: string | null;
      baselinePolicyId: string | null;
      version: number;
    }>('GET', '/policy-assignments')
  ).body;

async function assign(at: PolicyWorkspace, plan: object) {
  const { version } = await orderOf(at);
  const body = { items: [], fallbackPolicyId: null, ...plan, expectedVersion: version };
  expect(await at.call('PUT', '/policy-assignments', body)).toMatchObject({ status: 200 });
}

const readOnly = 'allowed_sandbox_modes = ["read-only"]\n';
const writing = 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n';

describe('states of everything', () => {
  test('each change makes one, in words; what was before the first change is one too', async () => {
    const at = await fresh();
    expect(await listReleases(at)).toEqual({ items: [], nextCursor: null });
    const engineering = await at.group('Engineering');
    const policy = await at.policy('Strict');
    await assign(at, { items: [{ groupId: engineering, policyId: policy }], fallbackPolicyId: policy });
    const { items } = await listReleases(at);
    expect(items.map(({ number, kind, summary }) => ({ number, kind, summary }))).toEqual([
      { number: 2, kind: 'order', summary: 'Order: 1 group added, fallback “Strict”.' },
      { number: 1, kind: 'publication', summary: 'Published “Strict”, version 1.' },
      { number: 0, kind: 'start', summary: 'What was there before the first change.' },
    ]);
    const page = await listReleases(at, '?limit=2');
    expect(page.items.map(({ number }) => number)).toEqual([2, 1]);
    const rest = await listReleases(at, `?limit=2&cursor=${page.nextCursor}`);
    expect(rest).toMatchObject({ items: [{ number: 0 }], nextCursor: null });
    expect(await at.call('GET', '/policy-releases?cursor=x')).toMatchObject({ status: 400 });
  });
});

describe('going back', () => {
  test('brings back documents, names, order, fallback and baseline, and says who gets what else', async () => {
    const at = await fresh();
    const [engineering, contractors] = [await at.group('Engineering'), await at.group('Contractors')];
    await at.member('eng@example.com', [engineering]);
    const strict = await at.policy('Strict', readOnly);
    const open = await at.policy('Open', writing);
    const items = [
      { groupId: contractors, policyId: strict },
      { groupId: engineering, policyId: open },
    ];
    await assign(at, { items, fallbackPolicyId: strict, baselinePolicyId: strict });
    const good = await current(at);
    await at.change(open, { name: 'Wide open', contents: `${writing}# later\n` });
    await assign(at, { items: [items[1], items[0]], fallbackPolicyId: open });
    const before = await orderOf(at);

    const { body: told } = await preview(at, good);
    expect(told).toMatchObject({
      current: good + 2,
      policies: [{ id: open, name: 'Open', from: 2, to: 1 }],
      orderChanges: true,
      warnings: [],
    });
    const { status, body } = await restore(at, good, { message: 'The new one broke the build.' });
    expect({ status, body }).toEqual({ status: 200, body: { number: good + 3 } });
    expect(await orderOf(at)).toMatchObject({
      items,
      fallbackPolicyId: strict,
      baselinePolicyId: strict,
      version: before.version + 1,
    });
    expect(await policyOf(at, open)).toMatchObject({ name: 'Open', revision: 3, published: { contents: writing } });
    expect(await policyOf(at, strict)).toMatchObject({ revision: 1 });
    const versions = await at.call<{ items: unknown[] }>('GET', `/policies/${open}/versions`);
    expect(versions.body.items[0]).toMatchObject({
      revision: 3,
      message: 'Back to version 1. The new one broke the build.',
      restoredFrom: 1,
    });
    expect((await listReleases(at)).items[0]).toMatchObject({
      number: good + 3,
      kind: 'roll-back',
      summary: `Back to state ${good}: 1 policy and the order.`,
      by: 'Ada Lovelace <ada@example.com>',
    });
    const audited = await at.services.db
      .selectFrom('audit_events')
      .select(['event', 'payload', 'subject_id'])
      .where('workspace_id', '=', at.workspaceId)
      .orderBy('at', 'desc')
      .limit(2)
      .execute();
    expect(audited.map(({ event }) => event).sort()).toEqual(['policy.published', 'policy.rolled-back']);
    expect(audited.find(({ event }) => event === 'policy.rolled-back')?.payload).toMatchObject({
      number: good,
      before: { number: good + 2, fallback: 'Wide open', policies: [{ policy: 'Open', version: 2 }] },
      after: { number: good + 3, fallback: 'Strict', baseline: 'Strict', policies: [{ policy: 'Open', version: 3 }] },
    });
    expect(audited.find(({ event }) => event === 'policy.published')).toMatchObject({
      subject_id: open,
      payload: { before: { contents: `${writing}# later\n` }, after: { contents: writing }, restoredFrom: 1 },
    });
  });

  test('a deleted policy comes back; one that came later stays, and nobody gets it', async () => {
    const at = await fresh();
    const old = await at.policy('Old');
    await assign(at, { fallbackPolicyId: old });
    const good = await current(at);
    const later = await at.policy('Later');
    await assign(at, { fallbackPolicyId: later });
    expect(await at.call('DELETE', `/policies/${old}`)).toMatchObject({ status: 200 });
    expect((await preview(at, good)).body).toMatchObject({
      impact: { changed: [{ from: 'Later', to: 'Old', members: 1, kind: 'changes' }] },
      policies: [{ id: old, name: 'Old', from: 0, to: 1 }],
      warnings: ['Published only later, so nobody gets them any more: “Later”.'],
    });
    expect(await restore(at, good)).toMatchObject({ status: 200 });
    expect(await orderOf(at)).toMatchObject({ fallbackPolicyId: old });
    expect(await policyOf(at, old)).toMatchObject({ name: 'Old', revision: 2 });
    expect(await policyOf(at, later)).toMatchObject({ name: 'Later', revision: 1 });
    expect(await restore(at, 0)).toMatchObject({ status: 200 });
    expect(await orderOf(at)).toMatchObject({ items: [], fallbackPolicyId: null });
  });

  test('names that moved on come back: two that changed names, and one that somebody else has now', async () => {
    const at = await fresh();
    const [a, b] = [await at.policy('A', readOnly), await at.policy('B', writing)];
    const good = await current(at);
    await at.change(a, { name: 'C' });
    await at.change(b, { name: 'A' });
    await at.change(a, { name: 'B' });
    expect(await restore(at, good)).toMatchObject({ status: 200 });
    expect([(await policyOf(at, a)).name, (await policyOf(at, b)).name]).toEqual(['A', 'B']);
    await at.change(a, { name: 'Renamed' });
    const newcomer = await at.policy('a');
    expect((await preview(at, good)).body.warnings).toContain(
      'A later policy is called “a” too, as one that comes back. It becomes “a (3)”.',
    );
    expect(await restore(at, good)).toMatchObject({ status: 200 });
    expect(await policyOf(at, a)).toMatchObject({ name: 'A' });
    expect(await policyOf(at, newcomer)).toMatchObject({ name: 'a (3)', revision: 2 });
  });

  test('groups that were deleted are left out, and it says so', async () => {
    const at = await fresh();
    const [kept, gone] = [await at.group('Kept'), await at.group('Gone')];
    const policy = await at.policy('Strict');
    const items = [
      { groupId: gone, policyId: policy },
      { groupId: kept, policyId: policy },
    ];
    await assign(at, { items });
    const good = await current(at);
    expect(await at.call('DELETE', `/groups/${gone}`)).toMatchObject({ status: 200 });
    await assign(at, {});
    expect((await preview(at, good)).body.warnings).toEqual([
      'Deleted since, so without a place in the order: “Gone”.',
    ]);
    expect(await restore(at, good)).toMatchObject({ status: 200 });
    expect((await orderOf(at)).items).toMatchObject([{ groupId: kept }]);
  });

  test('another state than the one that was looked at, one that is there already or never was, is refused', async () => {
    const at = await fresh();
    await at.policy('Strict');
    expect(await restore(at, 1, { expectedCurrent: 0 })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await restore(at, 1)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await restore(at, 7)).toMatchObject({ status: 404 });
    expect(await preview(at, 7)).toMatchObject({ status: 404 });
    expect(await current(at)).toBe(1);
  });

  test('a document that clients would refuse today does not come back, and nothing else does', async () => {
    const at = await fresh();
    const [fine, bad] = [await at.policy('Fine', readOnly), await at.policy('Bad', readOnly)];
    const good = await current(at);
    await at.change(fine, { contents: writing });
    await at.change(bad, { contents: writing });
    await at.services.db
      .updateTable('policy_revisions')
      .set({ contents: 'allowed_sandbox_modes = []\n' })
      .where('policy_id', '=', bad)
      .where('revision', '=', 1)
      .execute();
    const refusal = { status: 422, body: { code: 'policy-refused', data: { name: 'Bad', version: 1 } } };
    expect(await restore(at, good)).toMatchObject(refusal);
    expect(await preview(at, good)).toMatchObject(refusal);
    expect(await policyOf(at, fine)).toMatchObject({ revision: 2 });
  });

  test('what was delivered of a version that is taken back is out of date at once', async () => {
    const at = await fresh();
    const policy = await at.policy('Strict', readOnly);
    await at.change(policy, { contents: writing });
    const row = { workspace_id: at.workspaceId, member_id: at.ownerId, delivered_at: new Date(), superseded_at: null };
    await at.services.db
      .insertInto('policy_deliveries')
      .values({ ...row, policy_key: `${policy}@2` })
      .execute();
    expect(await restore(at, 1)).toMatchObject({ status: 200 });
    const [delivery] = await at.services.db
      .selectFrom('policy_deliveries')
      .select('superseded_at')
      .where('workspace_id', '=', at.workspaceId)
      .execute();
    expect(delivery?.superseded_at).not.toBeNull();
  });

  test('states of another workspace are nobody’s business', async () => {
    const [at, other] = [await fresh(), await fresh()];
    const policy = await other.policy('Theirs');
    await assign(other, { fallbackPolicyId: policy });
    expect(await listReleases(at)).toEqual({ items: [], nextCursor: null });
    expect(await preview(at, 1)).toMatchObject({ status: 404 });
    expect(await restore(at, 1)).toMatchObject({ status: 404 });
  });
});
