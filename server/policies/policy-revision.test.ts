import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishPolicy } from '#testing/publish-policy.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { checkPolicyRevision, deliverPolicy } from './policy-revision.ts';

let services: TestServices;
let member: { workspaceId: string; memberId: string };
let policyId: string;
const start = new Date('2026-11-22T08:00:00Z');
const minutesLater = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

beforeAll(async () => {
  services = await openTestServices();
  services.setNow(start);
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  member = { workspaceId, memberId: ownerId };
  policyId = await publishPolicy(services, { workspaceId, contents: 'allowed_sandbox_modes = ["read-only"]\n' });
  await services.db.updateTable('workspaces').set({ fallback_policy_id: policyId }).execute();
});
afterAll(() => services.close());

const check = (header: string | null, as = member) =>
  checkPolicyRevision(services, { ...as, header, graceMinutes: 60 });

test('what was delivered is accepted; nothing, nonsense and a forged one are missing', async () => {
  const { policy, revisionHeader } = await deliverPolicy(services, member);
  expect(policy).toMatchObject({ id: policyId, revision: 1 });
  expect(await check(revisionHeader)).toEqual({ ok: true, policyName: 'Baseline' });
  for (const header of [null, '', 'nonsense', `${revisionHeader}x`])
    expect(await check(header)).toEqual({ ok: false, code: 'policy-revision-missing' });
  const foreign = await services
    .signerFor('something else')
    .sign({ ws: member.workspaceId, mem: member.memberId, key: `${policyId}@1`, iat: 1 });
  expect(await check(foreign)).toEqual({ ok: false, code: 'policy-revision-missing' });
});

test("another member's revision does not count", async () => {
  const { revisionHeader } = await deliverPolicy(services, member);
  expect(await check(revisionHeader, { ...member, memberId: 'mem_other' })).toEqual({
    ok: false,
    code: 'policy-revision-missing',
  });
});

test('a former revision is good for the grace after the change, then stale', async () => {
  const { revisionHeader: former } = await deliverPolicy(services, member);
  services.setNow(minutesLater(10));
  await publishPolicy(services, {
    workspaceId: member.workspaceId,
    id: policyId,
    contents: 'allowed_approval_policies = ["on-request"]\n',
  });
  services.setNow(minutesLater(69));
  expect(await check(former)).toMatchObject({ ok: true });
  services.setNow(minutesLater(71));
  expect(await check(former)).toEqual({ ok: false, code: 'policy-revision-stale' });
  const { revisionHeader: current } = await deliverPolicy(services, member);
  expect(await check(current)).toMatchObject({ ok: true });
});

test('a change of assignment counts from the first call that shows it', async () => {
  const { revisionHeader: former } = await deliverPolicy(services, member);
  await services.db.updateTable('workspaces').set({ fallback_policy_id: null }).execute();
  services.setNow(minutesLater(200));
  expect(await check(former)).toMatchObject({ ok: true });
  services.setNow(minutesLater(261));
  expect(await check(former)).toEqual({ ok: false, code: 'policy-revision-stale' });
  const { policy, revisionHeader: none } = await deliverPolicy(services, member);
  expect(policy).toBeNull();
  expect(await check(none)).toEqual({ ok: true, policyName: null });
});
