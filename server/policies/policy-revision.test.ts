import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishAgain, seedPolicy, setFallback } from '#testing/seed-policy.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { checkPolicyRevision, deliverPolicy } from './policy-revision.ts';
import { receiptsOf } from './record-receipts.ts';

let services: TestServices;
let member: { workspaceId: string; memberId: string };
let policyId: string;
const fetch = { client: 'codex_exec', clientVersion: '0.169.0', form: 'bundle' } as const;
const deliver = () => deliverPolicy(services, member, fetch);
const start = new Date('2026-11-22T08:00:00Z');
const minutesLater = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

beforeAll(async () => {
  services = await openTestServices();
  services.setNow(start);
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  member = { workspaceId, memberId: ownerId };
  policyId = await seedPolicy(services.db, workspaceId, {
    name: 'Baseline',
    contents: 'allowed_sandbox_modes = ["read-only"]\n',
  });
  await setFallback(services.db, workspaceId, policyId);
});
afterAll(() => services.close());

const check = (header: string | null, as = member) =>
  checkPolicyRevision(services, { ...as, header, graceMinutes: 60 });

test('what was delivered is accepted; nothing, nonsense and a forged one are missing', async () => {
  const { policy, revisionHeader } = await deliver();
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
  const { revisionHeader } = await deliver();
  expect(await check(revisionHeader, { ...member, memberId: 'mem_other' })).toEqual({
    ok: false,
    code: 'policy-revision-missing',
  });
});

test('a former revision is good for the grace after the change, then stale', async () => {
  const { revisionHeader: former } = await deliver();
  services.setNow(minutesLater(10));
  await publishAgain(services.db, policyId, {
    contents: 'allowed_approval_policies = ["on-request"]\n',
    at: minutesLater(10),
  });
  services.setNow(minutesLater(69));
  expect(await check(former)).toMatchObject({ ok: true });
  services.setNow(minutesLater(71));
  expect(await check(former)).toEqual({ ok: false, code: 'policy-revision-stale' });
  const { revisionHeader: current } = await deliver();
  expect(await check(current)).toMatchObject({ ok: true });
});

test('a change of assignment counts from the first call that shows it', async () => {
  const { revisionHeader: former } = await deliver();
  await setFallback(services.db, member.workspaceId, null);
  services.setNow(minutesLater(200));
  expect(await check(former)).toMatchObject({ ok: true });
  services.setNow(minutesLater(261));
  expect(await check(former)).toEqual({ ok: false, code: 'policy-revision-stale' });
  const { policy, revisionHeader: none } = await deliver();
  expect(policy).toBeNull();
  expect(await check(none)).toEqual({ ok: true, policyName: null });
});

test('what was last delivered more than a week ago has no grace, whoever notices; a fetch meanwhile counts', async () => {
  const daysLater = (days: number) => minutesLater(days * 24 * 60);
  await setFallback(services.db, member.workspaceId, policyId);
  services.setNow(daysLater(30));
  const { revisionHeader } = await deliver();
  const at = async (days: number) => {
    services.setNow(daysLater(days));
    await services.db.updateTable('policy_deliveries').set({ superseded_at: null }).execute();
    return check(revisionHeader);
  };
  await setFallback(services.db, member.workspaceId, null);
  expect(await at(36.9)).toMatchObject({ ok: true });
  expect(await at(37.1)).toEqual({ ok: false, code: 'policy-revision-stale' });
  await setFallback(services.db, member.workspaceId, policyId);
  services.setNow(daysLater(36));
  expect((await deliver()).revisionHeader).toBe(revisionHeader);
  await receiptsOf(services).flush();
  await setFallback(services.db, member.workspaceId, null);
  expect(await at(37.1)).toMatchObject({ ok: true });
});
