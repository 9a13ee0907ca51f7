import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Policy, PolicySummary } from '#contract/policies.ts';
import { openPolicyTests, type PolicyTests } from '#testing/policy-tests.ts';

let tests: PolicyTests;
const readOnly = 'allowed_sandbox_modes = ["read-only"]\n';

beforeAll(async () => {
  tests = await openPolicyTests();
});
afterAll(() => tests.close());

const call = <Body = Record<string, unknown>>(method: string, path: string, input?: unknown) =>
  tests.owner.call<Body>(method, path, input);
const save = (id: string, expectedDraft: number | null, change: Record<string, unknown>, by = tests.owner) =>
  by.call<Policy>('PUT', `/policies/${id}/draft`, { expectedDraft, ...change });
const names = async () =>
  (await call<{ items: PolicySummary[] }>('GET', '/policies')).body.items.map(({ name }) => name);

test('a new policy is a draft that nobody gets, and has the next number', async () => {
  const first = await tests.create('First', readOnly);
  const second = await tests.create('Second', 'not = toml = at all', { contact: '#security', explainsRules: true });
  expect(first).toMatchObject({
    name: 'First',
    number: 1,
    revision: 0,
    hasDraft: true,
    awaitsApproval: false,
    published: null,
    draft: { version: 1, basedOn: 0, contents: readOnly, updatedBy: 'Ada Lovelace <ada@example.com>' },
    memberCount: 0,
    groups: [],
    diagnostics: [],
  });
  // Typed is kept, right or wrong: saving changes nobody.
  expect(second).toMatchObject({ number: 2, draft: { contact: '#security', explainsRules: true } });
  expect(second.diagnostics).toMatchObject([{ severity: 'error', code: 'unreadable' }]);
  const state = tests.services.db.selectFrom('policy_releases').select('number').where('kind', '=', 'publication');
  expect(await state.execute()).toEqual([]);
  expect(await tests.events(first.id)).toMatchObject([
    { event: 'policy.created', payload: { after: { name: 'First', contents: readOnly } } },
  ]);
});

test('a draft starts from what is published, keeps what is not named, and leaves the published alone', async () => {
  const { id } = await tests.published('Drafted', readOnly);
  const { body: policy } = await save(id, null, { contact: 'ops@example.com' });
  expect(policy).toMatchObject({
    revision: 1,
    published: { contents: readOnly, contact: '' },
    draft: { version: 1, basedOn: 1, contents: readOnly, contact: 'ops@example.com', name: 'Drafted' },
  });
  const { body: next } = await save(id, 1, { name: 'Renamed', contents: '' });
  expect(next).toMatchObject({ name: 'Drafted', draft: { version: 2, name: 'Renamed', contact: 'ops@example.com' } });
  expect((await tests.events(id)).at(-1)).toMatchObject({
    event: 'policy.draft-saved',
    payload: { before: { name: 'Drafted', contents: readOnly }, after: { name: 'Renamed', contents: '' } },
  });
});

test('two editors: the second is told who was first instead of overwriting', async () => {
  const grace = await tests.signIn('Grace', 'owner');
  const { id } = await tests.create('Edited', readOnly);
  const outcomes = await Promise.all([
    save(id, 1, { contents: '# ada\n' }),
    save(id, 1, { contents: '# grace\n' }, grace),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
  const lost = outcomes.find(({ status }) => status === 409);
  const won = outcomes.find(({ status }) => status === 200);
  expect(lost?.body).toMatchObject({
    code: 'conflict',
    data: { currentVersion: 2, updatedBy: won?.body.draft?.updatedBy },
  });
  expect((await save(id, null, {})).status).toBe(409);
});

test('a draft of what was published meanwhile is not written over', async () => {
  const { id } = await tests.create('Overtaken', readOnly);
  const [saved, published] = await Promise.all([
    save(id, 1, { contents: `${readOnly}# more\n` }),
    tests.publish(id, 1),
  ]);
  // Whichever came first, the other one named a draft that is no longer there.
  expect([saved.status, published.status].sort()).toEqual([200, 409]);
  expect(await save(id, 1, {})).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

test('a name is taken by what is published and by any draft, whatever its case', async () => {
  const { id } = await tests.published('Original', readOnly);
  await save(id, null, { name: 'Better name' });
  for (const name of ['ORIGINAL', 'better NAME'])
    expect(await call('POST', '/policies', { name, contents: '' })).toMatchObject({
      status: 409,
      body: { code: 'already-exists', data: { field: 'name', name } },
    });
  const other = await tests.create('Other', '');
  expect((await save(other.id, 1, { name: 'Better Name' })).body).toMatchObject({ code: 'already-exists' });
  expect((await save(id, 1, { name: 'ORIGINAL' })).status).toBe(200);
  expect((await save(other.id, 1, { name: 'Better Name' })).status).toBe(200);
});

test('two that want one name at once: one gets it', async () => {
  const outcomes = await Promise.all(['race', 'Race'].map((name) => call('POST', '/policies', { name, contents: '' })));
  expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('throwing a draft away leaves what is published; what never was goes', async () => {
  const { id } = await tests.published('Kept', readOnly);
  await save(id, null, { contents: '' });
  expect((await call('DELETE', `/policies/${id}/draft`)).status).toBe(200);
  expect((await call<Policy>('GET', `/policies/${id}`)).body).toMatchObject({ draft: null, revision: 1 });
  expect(await call('DELETE', `/policies/${id}/draft`)).toMatchObject({ status: 404 });

  const gone = await tests.create('Gone', readOnly);
  expect((await call('DELETE', `/policies/${gone.id}/draft`)).status).toBe(200);
  expect((await call('GET', `/policies/${gone.id}`)).status).toBe(404);
  expect(await names()).not.toContain('Gone');
  expect((await tests.events(gone.id)).map(({ event }) => event)).toEqual(
    expect.arrayContaining(['policy.created', 'policy.draft-discarded', 'policy.deleted']),
  );
  // The name is free again, its number is not.
  expect((await tests.create('Gone', readOnly)).number).toBeGreaterThan(gone.number);
});

test('readers read, and write nothing; another workspace sees none of it', async () => {
  const { id } = await tests.create('Ours', readOnly);
  const writes = [
    ['POST', '/policies', { name: 'x', contents: '' }],
    ['PUT', `/policies/${id}/draft`, { expectedDraft: 1 }],
    ['DELETE', `/policies/${id}/draft`, undefined],
    ['DELETE', `/policies/${id}`, undefined],
    ['POST', `/policies/${id}/publication`, { expectedDraft: 1, message: 'x' }],
    ['POST', `/policies/${id}/versions/1/restoration`, { expectedDraft: 1 }],
  ] as const;
  const reads = [
    ['GET', `/policies/${id}`],
    ['POST', `/policies/${id}/publication/preview`],
    ['GET', `/policies/${id}/versions`],
  ] as const;
  const nobody = await tests.signIn('Nobody');
  for (const [method, path, input] of writes)
    expect(await nobody.call(method, path, input)).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
  const stranger = await tests.strangerOwner();
  for (const [method, path, input] of writes.slice(1))
    expect(await stranger.call(method, path, input), path).toMatchObject({ status: 404 });
  for (const [method, path] of reads) expect((await stranger.call(method, path)).status, path).toBe(404);
  expect((await stranger.call('GET', '/policies')).body).toEqual({ items: [] });
  expect((await call<Policy>('GET', `/policies/${id}`)).body.draft).toMatchObject({ version: 1 });
});
