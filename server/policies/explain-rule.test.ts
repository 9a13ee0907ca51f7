import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuiltInRole } from '#contract/built-in-roles.ts';
import { openPolicyDelivery } from '#testing/policy-delivery.ts';
import { publishAgain, seedPolicy, setBaseline, setFallback } from '#testing/seed-policy.ts';
import { openTestServices, seedMember, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let delivery: Awaited<ReturnType<typeof openPolicyDelivery>>;
let policyId: string;
let grace: string;
const rules = `[[rules.prefix_rules]]
pattern = [{ token = "git" }, { any_of = ["push", "commit"] }]
decision = "prompt"
justification = "Review first."

[[rules.prefix_rules]]
pattern = [{ token = "rm" }]
decision = "forbidden"
`;

beforeAll(async () => {
  services = await openTestServices();
  delivery = await openPolicyDelivery(services);
  const { workspaceId } = delivery;
  grace = await seedMember(services.db, { workspaceId, email: 'grace@example.com', name: 'Grace' });
  policyId = await seedPolicy(services.db, workspaceId, {
    name: 'Developers',
    contents: rules,
    contact: '#ask-security',
    explainsRules: true,
  });
  await setFallback(services.db, workspaceId, policyId);
});
afterAll(() => services.close());

const open = (code: string, memberId = grace, role: BuiltInRole = 'codex-user') =>
  delivery.as(memberId, role).call('GET', `/policy-explanations/${code}`);
const codeIn = (text: string, index: number) =>
  /https:\/\/reeve\.test:8443\/why\/([\d.]+)/.exec(text.split('justification = ')[index + 1] ?? '')?.[1] ?? '';

test('the link in what a client gets opens its rule, for the member it binds', async () => {
  const bundle = JSON.parse(await delivery.fetchAs(grace));
  const { contents } = bundle.requirements_toml.enterprise_managed[1];
  expect(await open(codeIn(contents, 0))).toMatchObject({
    status: 200,
    body: {
      policyName: 'Developers',
      revision: 1,
      isCurrent: true,
      rule: { command: 'git [push | commit]', decision: 'prompt', justification: 'Review first.' },
      contact: '#ask-security',
      owner: 'Ada Lovelace',
      policyId: null,
    },
  });
  expect(await open(codeIn(contents, 1))).toMatchObject({
    body: { rule: { command: 'rm', decision: 'forbidden', justification: null } },
  });
});

test('the one document of older clients has the links too', async () => {
  const { contents } = JSON.parse(await delivery.fetchAs(grace, { version: '0.120.0', form: 'requirements' }));
  expect(contents).toContain('/why/1.1.0');
});

test('whoever may read policies sees where it comes from', async () => {
  expect(await open('1.1.0', delivery.ownerId, 'owner')).toMatchObject({ body: { policyId } });
});

test('a rule of a version that was delivered stays open; of a policy that never concerned somebody, nothing', async () => {
  const { db } = services;
  const { workspaceId } = delivery;
  await publishAgain(db, policyId, { contents: '' });
  await setFallback(db, workspaceId, null);
  expect(await open('1.1.0')).toMatchObject({ status: 200, body: { isCurrent: false } });
  const alan = await seedMember(db, { workspaceId, email: 'alan@example.com' });
  expect(await open('1.1.0', alan)).toMatchObject({ status: 404 });
  await setBaseline(db, workspaceId, policyId);
  expect(await open('1.1.0', alan)).toMatchObject({ status: 200 });
});

test('what is no rule does not exist', async () => {
  for (const code of ['1.1.2', '1.2.0', '9.1.0', 'x', '1.1.-1'])
    expect(await open(code, delivery.ownerId, 'owner')).toMatchObject({ status: 404 });
});
