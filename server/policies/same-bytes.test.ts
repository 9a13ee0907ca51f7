import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Services } from '#server/services.ts';
import { openPolicyDelivery } from '#testing/policy-delivery.ts';
import { publishAgain, seedPolicy, setBaseline, setFallback } from '#testing/seed-policy.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { readPolicyKey } from './policy-key.ts';

let services: TestServices;
let delivery: Awaited<ReturnType<typeof openPolicyDelivery>>;
let policyId: string;
let baselineId: string;

beforeAll(async () => {
  services = await openTestServices();
  delivery = await openPolicyDelivery(services);
  const { workspaceId } = delivery;
  policyId = await seedPolicy(services.db, workspaceId, {
    name: 'Same name',
    contents: 'allowed_sandbox_modes = ["read-only"]\n',
    defaults: 'model = "corp-model"\n',
  });
  baselineId = await seedPolicy(services.db, workspaceId, {
    name: 'Same: name!',
    contents: 'allow_appshots = false\n',
    defaults: 'model_reasoning_effort = "low"\n',
  });
  await setFallback(services.db, workspaceId, policyId);
  await setBaseline(services.db, workspaceId, baselineId);
});
afterAll(() => services.close());

const fetch = (version: string, on: Services = services) =>
  delivery.fetchAs(delivery.ownerId, { version, form: version === '0.120.0' ? 'requirements' : 'bundle', on });

test.each(['0.120.0', '0.140.0', '0.163.0', '0.169.0'])(
  'Codex %s gets the same bytes again: later, after a restart, from another process',
  async (version) => {
    onTestFinished(() => services.setNow(null));
    services.setNow(new Date('2026-11-22T23:59:59Z'));
    const first = await fetch(version);
    services.setNow(new Date('2026-11-30T08:00:00Z'));
    expect(await fetch(version)).toBe(first);
    // Nothing of what a process keeps is shared with one that has its own `changes`.
    const changes = {
      generation: 0,
      isHeard: () => false,
      follow: async () => undefined,
      close: async () => undefined,
    };
    const other = { ...services, changes };
    expect(await fetch(version, other)).toBe(first);
  },
);

test('policy before baseline, each document under an id of its own', async () => {
  const { requirements_toml, config_toml } = JSON.parse(await fetch('0.169.0'));
  const ids = (list: { id: string }[]) => list.map(({ id }) => id);
  expect(ids(requirements_toml.enterprise_managed)).toEqual(['reeve', 'same-name-r1', 'same-name-r1-baseline']);
  expect(ids(config_toml.enterprise_managed)).toEqual(['same-name-r1', 'same-name-r1-baseline']);
});

test('a baseline that is the policy is sent once; one that changes changes what everybody has', async () => {
  const { db } = services;
  const before = await fetch('0.169.0');
  await publishAgain(db, baselineId, { contents: 'allow_appshots = true\n' });
  const deliveries = () => db.selectFrom('policy_deliveries').selectAll().orderBy('policy_key').execute();
  expect((await deliveries()).map(({ superseded_at }) => superseded_at)).toEqual([expect.any(Date)]);
  expect(await fetch('0.169.0')).not.toBe(before);
  const keys = (await deliveries()).map(({ policy_key }) => readPolicyKey(policy_key));
  expect(keys).toEqual([
    { policy: { id: policyId, revision: 1 }, baseline: { id: baselineId, revision: 1 } },
    { policy: { id: policyId, revision: 1 }, baseline: { id: baselineId, revision: 2 } },
  ]);
  await setBaseline(db, delivery.workspaceId, policyId);
  const { requirements_toml } = JSON.parse(await fetch('0.169.0'));
  expect(requirements_toml.enterprise_managed).toHaveLength(2);
});

test('what was deleted or never published does not apply', async () => {
  const { db } = services;
  await setBaseline(db, delivery.workspaceId, baselineId);
  await db.updateTable('policies').set({ deleted_at: new Date() }).where('id', '=', baselineId).execute();
  await db.updateTable('policies').set({ revision: 0 }).where('id', '=', policyId).execute();
  const { requirements_toml } = JSON.parse(await fetch('0.169.0'));
  expect(requirements_toml.enterprise_managed).toHaveLength(1);
});
