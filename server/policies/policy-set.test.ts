import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { PolicySet, PolicySetPlan } from '#contract/policy-set.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { addPolicyWorkspace, openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';
import { seedKey } from '#testing/seed-key.ts';
import { policiesRoutes } from './index.ts';

const { services } = await openPolicyWorkspace();
afterAll(() => services.close());

let at: PolicyWorkspace;
beforeEach(async () => {
  at = await addPolicyWorkspace(services);
});

const readOnly = 'allowed_sandbox_modes = ["read-only"]\n';
const policy = (name: string, more: Partial<PolicySet['policies'][number]> = {}): PolicySet['policies'][number] => ({
  name,
  contents: readOnly,
  defaults: '',
  tests: [],
  contact: '',
  explainsRules: false,
  ...more,
});
/** That the sandbox mode stays, for somebody in a group. */
const sandboxTest = (group: string) =>
  ({ kind: 'setting', group, key: 'allowed_sandbox_modes', expect: 'contains', value: '"read-only"' }) as const;
const set = (
  policies: PolicySet['policies'],
  { order = [], fallback = null, baseline = null }: Partial<PolicySet['assignment']> = {},
): PolicySet => ({ policies, assignment: { order, fallback, baseline } });

interface Applied {
  release: number;
  changed: boolean;
  plan: PolicySetPlan;
  code: string;
  data: { problems: string[]; diagnostics: { policy: string; from: object }[] };
}

const read = async () =>
  (await at.call<PolicySet & { release: number; managedBy: string | null }>('GET', '/policy-set')).body;
const plan = async (wanted: PolicySet) => (await at.call<PolicySetPlan>('POST', '/policy-set/plan', wanted)).body;
const apply = (wanted: PolicySet, more: object = {}) =>
  at.call<Applied>('PUT', '/policy-set', { ...wanted, message: 'From the repository', ...more });

/** With an API key of the workspace, as a program does. */
async function applyWithKey(wanted: PolicySet) {
  const { secret } = await seedKey(services, {
    workspaceId: at.workspaceId,
    scopes: ['policies.write'],
    name: 'GitOps',
  });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const keys = { readKey: openKeyReader(services), admit: async () => undefined };
  const router = { policies: policiesRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => null, keys });
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ ...wanted, message: 'From the repository' });
  const socket = { incoming: { socket: { remoteAddress: '192.0.2.1' } } };
  const response = await app.request('/api/v1/policy-set', { method: 'PUT', headers, body }, socket);
  return { status: response.status, body: (await response.json()) as Applied };
}

const eventsOf = async () =>
  (
    await services.db
      .selectFrom('audit_events')
      .select('event')
      .where('workspace_id', '=', at.workspaceId)
      .orderBy('id')
      .execute()
  ).map(({ event }) => event);

const rowsOf = (table: 'policy_revisions' | 'policy_releases') =>
  services.db.selectFrom(table).selectAll().where('workspace_id', '=', at.workspaceId).execute();

describe('a set', () => {
  test('is created whole, read again to the byte, and changes nothing the second time', async () => {
    const group = await at.group('Contractors');
    await at.member('eve@example.com', [group]);
    await at.member('bob@example.com');
    const wanted = set(
      [
        policy('Contractors', {
          contents: `# kept\r\n${readOnly}`,
          defaults: 'model = "corp"\n',
          tests: [
            {
              kind: 'setting',
              group: 'contractors',
              key: 'allowed_sandbox_modes',
              expect: 'is',
              value: '["read-only"]',
            },
            { kind: 'setting', group: null, key: 'allowed_sandbox_modes', expect: 'contains', value: '"read-only"' },
          ],
          contact: '#codex-help',
          explainsRules: true,
        }),
        policy('Standard'),
      ],
      { order: [{ group: 'CONTRACTORS', policy: 'contractors' }], fallback: 'standard', baseline: null },
    );
    const planned = await plan(wanted);
    expect(planned).toMatchObject({
      isEmpty: false,
      problems: [],
      policies: [
        { name: 'Contractors', change: 'create', tests: [{ passed: true }, { passed: true }] },
        { name: 'Standard', change: 'create' },
      ],
      order: [{ change: 'add', group: 'Contractors', from: null, to: 'Contractors' }],
      fallback: { from: null, to: 'Standard' },
      baseline: null,
      impact: { unchanged: 0, byGroup: [{ groupName: 'Contractors', members: 1 }], elsewhere: 2 },
    });
    const first = await apply(wanted, { expectedRelease: planned.release });
    expect(first).toMatchObject({ status: 200, body: { release: planned.release + 1, changed: true } });
    const stored = await read();
    expect(stored).toMatchObject({ release: first.body.release, managedBy: null });
    expect(stored.policies[0]).toEqual({
      ...wanted.policies[0],
      tests: [{ ...wanted.policies[0]?.tests[0], group: 'Contractors' }, wanted.policies[0]?.tests[1]],
    });
    expect(stored.assignment).toEqual({
      order: [{ group: 'Contractors', policy: 'Contractors' }],
      fallback: 'Standard',
      baseline: null,
    });

    const again = await apply(stored, { expectedRelease: first.body.release });
    expect(again).toMatchObject({ status: 200, body: { release: first.body.release, changed: false } });
    expect(await plan(wanted)).toMatchObject({ isEmpty: true, order: [], impact: { changed: [] } });
    expect(await rowsOf('policy_revisions')).toHaveLength(2);
    expect((await rowsOf('policy_releases')).filter(({ kind }) => kind === 'folder')).toHaveLength(1);
    expect((await eventsOf()).slice(-2)).toEqual(['policy.set-applied', 'policy.set-unchanged']);
  });

  test('changes what differs and nothing else; drafts stay drafts', async () => {
    await apply(set([policy('A'), policy('B'), policy('C')], { fallback: 'B' }));
    const listed = await at.call<{ items: { id: string; name: string; revision: number }[] }>('GET', '/policies');
    const [a, b] = listed.body.items;
    const draft = { expectedDraft: null, contents: '# half done\n' };
    expect((await at.call('PUT', `/policies/${b?.id}/draft`, draft)).status).toBe(200);
    const strict = 'allowed_approval_policies = ["on-request"]\n';
    const wanted = set([policy('a'), policy('B', { contents: strict })], { fallback: 'A' });
    const planned = await plan(wanted);
    expect(planned.policies.map(({ name, change, parts }) => [name, change, parts])).toEqual([
      ['a', 'update', ['name']],
      ['B', 'update', ['contents']],
      ['C', 'delete', []],
    ]);
    expect(planned.fallback).toEqual({ from: 'B', to: 'a' });
    expect((await apply(wanted)).body.changed).toBe(true);
    expect((await read()).policies.map(({ name }) => name)).toEqual(['a', 'B', 'C']);
    expect((await at.call('GET', `/policies/${b?.id}`)).body).toMatchObject({
      revision: 2,
      published: { contents: strict },
      draft: { contents: '# half done\n', basedOn: 1 },
    });
    expect((await at.call('GET', `/policies/${a?.id}`)).body).toMatchObject({ name: 'a', revision: 2 });
    const removed = await apply(wanted, { deletes: true });
    expect(removed.body).toMatchObject({
      changed: true,
      plan: { policies: [{}, {}, { name: 'C', change: 'delete' }] },
    });
    expect((await read()).policies.map(({ name }) => name)).toEqual(['a', 'B']);
    expect(await plan(wanted)).toMatchObject({ isEmpty: true });
  });

  test('publishes a policy that was only a draft under its name, and keeps the draft', async () => {
    const created = await at.call<{ id: string }>('POST', '/policies', { name: 'Shared', contents: '# draft\n' });
    expect(await plan(set([policy('Shared')]))).toMatchObject({ policies: [{ change: 'create' }] });
    expect((await read()).policies).toEqual([]);
    await apply(set([policy('shared')]));
    expect((await at.call('GET', `/policies/${created.body.id}`)).body).toMatchObject({
      name: 'shared',
      revision: 1,
      draft: { contents: '# draft\n' },
    });
  });

  test('moves the fewest rules that make the order', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    for (const name of names) await at.group(name);
    const order = (groups: string[], named = 'A') => groups.map((group) => ({ group, policy: named }));
    await apply(set([policy('A'), policy('B')], { order: order(names.slice(0, 4)) }));
    const wanted = [...order(['four', 'one', 'three']), { group: 'five', policy: 'B' }];
    const planned = await plan(set([policy('A'), policy('B')], { order: wanted }));
    expect(planned.order).toEqual([
      { change: 'move', group: 'four', from: 'A', to: 'A' },
      { change: 'add', group: 'five', from: null, to: 'B' },
      { change: 'remove', group: 'two', from: 'A', to: null },
    ]);
  });
});

describe('a set is refused whole', () => {
  const refused = async (wanted: PolicySet, problems: unknown[]) => {
    const before = [await read(), await rowsOf('policy_revisions')];
    expect((await plan(wanted)).problems).toEqual(problems);
    const answer = await apply(wanted);
    expect(answer).toMatchObject({ status: 422, body: { code: 'policy-set-refused', data: { problems } } });
    expect([await read(), await rowsOf('policy_revisions')]).toEqual(before);
    return answer.body.data;
  };

  test('for a document that clients refuse, with the place in it', async () => {
    const wanted = set([policy('Fine'), policy('Broken', { contents: '# one\nallowed_sandbox_modes = [\n' })]);
    const { diagnostics } = await refused(wanted, [
      expect.stringMatching(/^“Broken”: requirements, line 3, column \d+: /),
    ]);
    expect(diagnostics).toMatchObject([{ policy: 'Broken', severity: 'error', from: { line: 3 } }]);
  });

  test('for what it names and nobody knows, and for what it names twice', async () => {
    await at.group('Payments');
    const tests = [sandboxTest('Nobody')];
    const order = [
      { group: 'Payments', policy: 'A' },
      { group: 'payments', policy: 'Elsewhere' },
      { group: 'Ghosts', policy: 'A' },
    ];
    await refused(set([policy('A', { tests }), policy('a')], { order, fallback: 'Gone' }), [
      'Two policies are called “a”.',
      '“A”: a test names the group “Nobody”, which does not exist.',
      'Order, “payments”: the policy “Elsewhere” is not in the set.',
      'Order: the group “Ghosts” does not exist.',
      'Order: the group “payments” stands in it twice; only its first place would count.',
      'Fallback: the policy “Gone” is not in the set.',
    ]);
  });

  test('for a test that fails in the order it would make', async () => {
    await at.group('Payments');
    const tests = [sandboxTest('Payments')];
    const policies = [policy('A', { tests }), policy('B')];
    const wanted = set(policies, { order: [{ group: 'Payments', policy: 'B' }], fallback: 'A' });
    await refused(wanted, [expect.stringMatching(/^“A”: a test fails: .*Payments.*“B” decides for this group/)]);
    await apply(set(policies, { order: [{ group: 'Payments', policy: 'A' }] }));
    await refused(wanted, [expect.stringMatching(/^“A”: a test fails/)]);
  });

  test('when something else was published since the plan', async () => {
    const { release } = await plan(set([policy('A')]));
    await apply(set([policy('A')]));
    const late = await apply(set([policy('B')]), { expectedRelease: release });
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict', data: { currentRelease: release + 1 } } });
  });

  test('while policies are frozen', async () => {
    await at.call('PUT', '/policy-protection/freeze', { because: 'An incident' });
    expect((await plan(set([policy('A')]))).problems).toEqual([expect.stringMatching(/frozen since .*An incident/)]);
    expect(await apply(set([policy('A')]))).toMatchObject({ status: 409, body: { code: 'policies-frozen' } });
  });

  test('where a second person is asked for, unless a folder owns the policies', async () => {
    await at.call('PATCH', '/policy-protection', { secondApprover: true });
    await refused(set([policy('A')]), [expect.stringContaining('takes a second person')]);
    expect((await applyWithKey(set([policy('A')]))).body.code).toBe('policy-set-refused');
    await at.call('PATCH', '/policy-protection', { managedBy: 'github.com/example/policies' });
    expect(await apply(set([policy('A')]))).toMatchObject({
      status: 409,
      body: { code: 'policies-managed-elsewhere' },
    });
    expect((await plan(set([policy('A')]))).problems).toEqual([expect.stringContaining('API key only')]);
    expect(await applyWithKey(set([policy('A')]))).toMatchObject({ status: 200, body: { changed: true } });
    expect(await read()).toMatchObject({ managedBy: 'github.com/example/policies', policies: [{ name: 'A' }] });
  });
});

test('500 policies for 5,000 groups are applied and found unchanged', async () => {
  const groups = Array.from({ length: 5000 }, (_, index) => `Group ${index}`);
  const rows = groups.map((name) => ({
    id: `${at.workspaceId}-${name}`,
    workspace_id: at.workspaceId,
    name,
    created_at: new Date(),
  }));
  for (let from = 0; from < rows.length; from += 1000)
    await services.db
      .insertInto('groups')
      .values(rows.slice(from, from + 1000))
      .execute();
  // More than the usual call may send.
  const contents = `${readOnly}# ${'x'.repeat(4996)}\n`;
  const policies = Array.from({ length: 500 }, (_, index) => policy(`Policy ${index}`, { contents }));
  const order = groups.map((group, index) => ({ group, policy: `Policy ${index % 500}` }));
  const wanted = set(policies, { order, fallback: 'Policy 0' });
  expect((await apply(wanted)).body).toMatchObject({ changed: true, plan: { impact: { elsewhere: 1 } } });
  expect((await apply(wanted)).body).toMatchObject({ changed: false, plan: { isEmpty: true } });
  const stored = await read();
  expect(stored.policies).toHaveLength(500);
  expect(stored.assignment.order).toEqual(order);
});
