import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPolicyWorkspace, openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';
import { endpoints } from '../../tools/documents/endpoints.ts';

let first: PolicyWorkspace;
beforeAll(async () => {
  first = await openPolicyWorkspace();
});
afterAll(() => first.services.close());

const fresh = (): Promise<PolicyWorkspace> => addPolicyWorkspace(first.services);

const contents = 'allowed_sandbox_modes = ["read-only"]\n';
const document = { name: 'Written while frozen', contents };

interface Attempt {
  params?: (ids: { policy: string; draft: string }) => Record<string, string>;
  input?: object;
}

/** Every change to policies, and a call of it that would work if nothing were frozen. */
const refusedWhileFrozen: Record<string, Attempt> = {
  'policies.remove': { params: ({ draft }) => ({ id: draft }) },
  'policies.assign': { input: { items: [], fallbackPolicyId: null, expectedVersion: 1 } },
  'policies.publication.publish': {
    params: ({ draft }) => ({ id: draft }),
    input: { expectedDraft: 1, message: 'Now.' },
  },
  'policies.set.apply': {
    input: {
      policies: [{ ...document, name: 'From a folder' }],
      assignment: { order: [], fallback: null },
      message: 'Applied.',
    },
  },
  'policies.publication.approve': { params: () => ({ requestId: 'prq_none' }) },
};

/** Drafts change nobody, going back is the way out, and protection is about who may. */
const worksWhileFrozen = [
  'policies.create',
  'policies.saveDraft',
  'policies.discardDraft',
  'policies.versions.restore',
  'policies.publication.decline',
  'policies.releases.restore',
  'policies.protection.freeze',
  'policies.protection.unfreeze',
  'policies.protection.update',
];

const changes = endpoints.filter(({ feature, audit }) => feature === 'policies' && typeof audit === 'string');

const fill = (path: string, params: Record<string, string> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, key: string) => params[key] ?? 'missing');

describe('frozen', () => {
  test('every change to policies is known here', () => {
    const known = [...Object.keys(refusedWhileFrozen), ...worksWhileFrozen];
    expect(changes.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  test('nobody publishes, assigns or deletes, and nothing happened', async () => {
    const at = await fresh();
    const policy = await at.policy('Strict');
    const { body: draft } = await at.call('POST', '/policies', document);
    expect(await at.call('PUT', '/policy-protection/freeze', { because: 'Incident 7' })).toMatchObject({
      status: 200,
      body: { frozen: { by: 'Ada Lovelace <ada@example.com>', because: 'Incident 7' } },
    });
    const before = (await at.call('GET', '/policy-releases')).body;
    const ids = { policy, draft: String(draft.id) };
    for (const { name, method, path } of changes) {
      const attempt = refusedWhileFrozen[name];
      if (!attempt) continue;
      expect(await at.call(method, fill(path, attempt.params?.(ids)), attempt.input), name).toMatchObject({
        status: 409,
        body: { code: 'policies-frozen', data: { because: 'Incident 7' } },
      });
    }
    expect((await at.call('GET', '/policy-releases')).body).toEqual(before);
  });

  test('drafts are written, going back works, and both hold when the freeze is lifted', async () => {
    const at = await fresh();
    const policy = await at.policy('Strict');
    await at.change(policy, { contents: `${contents}# later\n` });
    await at.call('PUT', '/policy-protection/freeze', { because: 'Incident 7' });
    const { status, body } = await at.call('POST', '/policies', document);
    expect(status).toBe(200);
    expect(
      await at.call('PUT', `/policies/${body.id}/draft`, { expectedDraft: 1, contents: `${contents}# more\n` }),
    ).toMatchObject({ status: 200 });
    expect(await at.call('DELETE', `/policies/${body.id}/draft`)).toMatchObject({ status: 200 });
    expect(await at.call('POST', `/policies/${policy}/versions/1/restoration`, { expectedDraft: null })).toMatchObject({
      status: 200,
    });
    expect(await at.call('POST', '/policy-releases/1/restoration', { expectedCurrent: 2 })).toMatchObject({
      status: 200,
      body: { number: 3 },
    });
    expect(await at.call('DELETE', '/policy-protection/freeze')).toMatchObject({ status: 200, body: { frozen: null } });
    expect(await at.call('DELETE', '/policy-protection/freeze')).toMatchObject({ status: 409 });
    expect(
      await at.call('PUT', '/policy-assignments', { items: [], fallbackPolicyId: policy, expectedVersion: 1 }),
    ).toMatchObject({ status: 200 });
  });

  test('who froze, why, and who lifted it is in the audit log', async () => {
    const at = await fresh();
    await at.call('PUT', '/policy-protection/freeze', { because: 'First' });
    await at.call('PUT', '/policy-protection/freeze', { because: 'Second' });
    await at.call('DELETE', '/policy-protection/freeze');
    const events = await at.services.db
      .selectFrom('audit_events')
      .select(['event', 'payload'])
      .where('workspace_id', '=', at.workspaceId)
      .orderBy('at')
      .orderBy('id')
      .execute();
    expect(events).toMatchObject([
      { event: 'policy.frozen', payload: { before: null, after: { because: 'First' } } },
      { event: 'policy.frozen', payload: { before: { because: 'First' }, after: { because: 'Second' } } },
      { event: 'policy.unfrozen', payload: { before: { because: 'Second' } } },
    ]);
  });
});

describe('owned by a folder', () => {
  const owner = { managedBy: 'git.example.com/policies' };

  test('members change nothing, not even drafts, until they take the policies back', async () => {
    const at = await fresh();
    const policy = await at.policy('Strict');
    const before = await at.call('PATCH', '/policy-protection', { ...owner, secondApprover: true });
    expect(before.body).toEqual({ frozen: null, secondApprover: true, ...owner });
    const refusal = { status: 409, body: { code: 'policies-managed-elsewhere', data: owner } };
    const attempts = [
      ['POST', '/policies', document],
      ['PUT', `/policies/${policy}/draft`, { expectedDraft: null, contents }],
      ['DELETE', `/policies/${policy}`, undefined],
      ['POST', `/policies/${policy}/versions/1/restoration`, { expectedDraft: null }],
      ['PUT', '/policy-assignments', { items: [], fallbackPolicyId: policy, expectedVersion: 1 }],
      ['POST', '/policy-releases/0/restoration', { expectedCurrent: 1 }],
    ] as const;
    for (const [method, path, input] of attempts)
      expect(await at.call(method, path, input), `${method} ${path}`).toMatchObject(refusal);
    expect(await at.call('PUT', '/policy-protection/freeze', { because: 'Incident' })).toMatchObject({ status: 200 });
    expect(await at.call('DELETE', '/policy-protection/freeze')).toMatchObject({ status: 200 });
    await at.call('PATCH', '/policy-protection', { managedBy: null });
    expect((await at.call('GET', '/policy-protection')).body).toEqual({
      frozen: null,
      secondApprover: true,
      managedBy: null,
    });
    expect(await at.call('POST', '/policies', document)).toMatchObject({ status: 200 });
  });

  test('another workspace has its own protection', async () => {
    const [at, other] = [await fresh(), await fresh()];
    await other.call('PATCH', '/policy-protection', owner);
    await other.call('PUT', '/policy-protection/freeze', { because: 'Theirs' });
    expect((await at.call('GET', '/policy-protection')).body).toMatchObject({ frozen: null, managedBy: null });
    await at.policy('Ours');
  });
});
