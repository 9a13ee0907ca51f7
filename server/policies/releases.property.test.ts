import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPolicyWorkspace, openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';

let first: PolicyWorkspace;
beforeAll(async () => {
  first = await openPolicyWorkspace();
});
afterAll(() => first.services.close());

/** What everybody gets: documents by policy, and the order. */
interface State {
  documents: Record<string, { name: string; contents: string }>;
  items: { groupId: string; policyId: string }[];
  fallback: string | null;
  baseline: string | null;
}

async function readState({ services: { db }, workspaceId }: PolicyWorkspace): Promise<State & { release: number }> {
  const policies = await db
    .selectFrom('policies')
    .select(['id', 'name', 'contents'])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .where('revision', '>', 0)
    .execute();
  const items = await db
    .selectFrom('policy_assignments')
    .select(['group_id as groupId', 'policy_id as policyId'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('position')
    .execute();
  const row = await db
    .selectFrom('workspaces')
    .select(['fallback_policy_id', 'baseline_policy_id', 'policy_release'])
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return {
    documents: Object.fromEntries(policies.map(({ id, name, contents }) => [id, { name, contents }])),
    items,
    fallback: row.fallback_policy_id,
    baseline: row.baseline_policy_id,
    release: row.policy_release,
  };
}

/** The same, as the kept state says it was. */
async function readKept({ services: { db }, workspaceId }: PolicyWorkspace, number: number): Promise<State> {
  const release = await db
    .selectFrom('policy_releases')
    .select(['order_version', 'revisions'])
    .where('workspace_id', '=', workspaceId)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  const order = await db
    .selectFrom('policy_orders')
    .select(['items', 'fallback_policy_id', 'baseline_policy_id'])
    .where('workspace_id', '=', workspaceId)
    .where('version', '=', release.order_version)
    .executeTakeFirstOrThrow();
  const versions = await db
    .selectFrom('policy_revisions')
    .select(['policy_id', 'revision', 'name', 'contents'])
    .where('workspace_id', '=', workspaceId)
    .execute();
  const kept = versions.filter(({ policy_id, revision }) => release.revisions[policy_id] === revision);
  return {
    documents: Object.fromEntries(kept.map(({ policy_id, name, contents }) => [policy_id, { name, contents }])),
    items: order.items.map(({ groupId, policyId }) => ({ groupId, policyId })),
    fallback: order.fallback_policy_id,
    baseline: order.baseline_policy_id,
  };
}

const pick = fc.nat({ max: 30 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('create' as const), name: fc.constantFrom('A', 'B', 'C') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      which: pick,
      name: fc.constantFrom('A', 'B', 'C', undefined),
      text: fc.constantFrom('# one\n', '# two\n'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('assign' as const),
      policies: fc.array(pick, { maxLength: 4 }),
      turns: pick,
      fallback: fc.option(pick),
      baseline: fc.option(pick),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-group' as const), which: pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('restore' as const), which: pick }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const contents = 'allowed_sandbox_modes = ["read-only"]\n';
const at = <Item>(list: readonly Item[], which: number): Item | undefined => list[which % list.length];

/** The call of a step, as far as there is something to do it with; the answer may be a refusal. */
async function take({ call }: PolicyWorkspace, groupIds: string[], state: State & { release: number }, doing: Step) {
  const ids = Object.keys(state.documents).sort();
  const policyOf = (which: number | null): string | null => (which === null ? null : (at(ids, which) ?? null));
  switch (doing.kind) {
    case 'create': {
      const { status, body } = await call('POST', '/policies', { name: doing.name, contents });
      if (status === 200)
        await call('POST', `/policies/${body.id}/publication`, { expectedDraft: 1, message: 'Made.' });
      return;
    }
    case 'change': {
      const id = policyOf(doing.which);
      if (id === null) return;
      const change = { expectedDraft: null, contents: contents + doing.text, name: doing.name };
      const { status, body } = await call<{ draft: { version: number } }>('PUT', `/policies/${id}/draft`, change);
      if (status !== 200) return;
      const publication = { expectedDraft: body.draft.version, message: 'Changed.' };
      const published = await call('POST', `/policies/${id}/publication`, publication);
      if (published.status !== 200) await call('DELETE', `/policies/${id}/draft`);
      return;
    }
    case 'remove':
      await call('DELETE', `/policies/${policyOf(doing.which)}`);
      return;
    case 'assign': {
      if (ids.length === 0) return;
      const turned = groupIds.map((_, place) => groupIds[(place + doing.turns) % groupIds.length] ?? '');
      const items = doing.policies
        .slice(0, groupIds.length)
        .map((which, place) => ({ groupId: turned[place], policyId: policyOf(which) }));
      const { version } = (await call<{ version: number }>('GET', '/policy-assignments')).body;
      const rest = { fallbackPolicyId: policyOf(doing.fallback), baselinePolicyId: policyOf(doing.baseline) };
      const answer = await call('PUT', '/policy-assignments', { items, ...rest, expectedVersion: version });
      expect(answer.status).toBe(200);
      return;
    }
    case 'delete-group': {
      const gone = at(groupIds, doing.which);
      if (gone === undefined) return;
      expect((await call('DELETE', `/groups/${gone}`)).status).toBe(200);
      groupIds.splice(groupIds.indexOf(gone), 1);
    }
  }
}

/** Going back gives exactly what was, but for groups that are gone; what came later stays in no place of the order. */
async function checkRestored(workspace: PolicyWorkspace, groupIds: readonly string[], number: number, was: State) {
  const { release, ...before } = await readState(workspace);
  const items = was.items.filter(({ groupId }) => groupIds.includes(groupId));
  const input = { expectedCurrent: release };
  const { status } = await workspace.call('POST', `/policy-releases/${number}/restoration`, input);
  const { release: newest, ...after } = await readState(workspace);
  expect(after).toMatchObject({ documents: was.documents, items, fallback: was.fallback, baseline: was.baseline });
  expect(newest).toBe(release + (status === 200 ? 1 : 0));
  if (status !== 200) expect({ status, after }).toEqual({ status: 409, after: before });
}

async function run(steps: readonly Step[]): Promise<void> {
  const workspace = await addPolicyWorkspace(first.services);
  const groupIds = [await workspace.group('X'), await workspace.group('Y'), await workspace.group('Z')];
  const { release: _none, ...start } = await readState(workspace);
  const states = new Map<number, State>([[0, start]]);
  for (const doing of steps) {
    const { release } = await readState(workspace);
    const number = doing.kind === 'restore' ? doing.which % (release + 1) : 0;
    const target = states.get(number);
    if (doing.kind !== 'restore') await take(workspace, groupIds, await readState(workspace), doing);
    else if (release > 0 && target) await checkRestored(workspace, groupIds, number, target);
    const { release: newest, ...state } = await readState(workspace);
    if (newest === release) expect(state).toEqual(states.get(release));
    else states.set(newest, state);
  }
  if (states.size > 1)
    for (const [number, state] of states) expect(await readKept(workspace, number), `${number}`).toEqual(state);
}

test('whatever happened, each state is kept exactly and can be gone back to', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), (steps) => run(steps)),
    { seed: 20_261, numRuns: 6 },
  );
});
