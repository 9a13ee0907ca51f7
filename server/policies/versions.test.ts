import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Policy, PolicyDocument } from '#contract/policies.ts';
import { openPolicyTests, type PolicyTests } from '#testing/policy-tests.ts';

interface Version {
  revision: number;
  restoredFrom: number | null;
  document: PolicyDocument;
}

let tests: PolicyTests;
let id: string;
const contents = (count: number) => `allowed_sandbox_modes = ["read-only"]\n# version ${count}\n`;

const call = <Body = Record<string, unknown>>(method: string, path: string, input?: unknown) =>
  tests.owner.call<Body>(method, path, input);
const save = (expectedDraft: number | null, change: Record<string, unknown>) =>
  call<Policy>('PUT', `/policies/${id}/draft`, { expectedDraft, ...change });
const restore = (revision: number, expectedDraft: number | null) =>
  call<Policy>('POST', `/policies/${id}/versions/${revision}/restoration`, { expectedDraft });

beforeAll(async () => {
  tests = await openPolicyTests();
  ({ id } = await tests.create('Versioned', contents(1), { contact: 'first' }));
  await tests.publish(id, 1);
  for (const count of [2, 3, 4]) {
    await save(null, { contents: contents(count), contact: `number ${count}` });
    await tests.publish(id, 1);
  }
});
afterAll(() => tests.close());

test('every version is kept whole, the newest first, page by page', async () => {
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const query = `limit=3${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: { body: { items: Version[]; nextCursor: string | null } } = await call(
      'GET',
      `/policies/${id}/versions?${query}`,
    );
    seen.push(...page.body.items.map(({ revision }) => revision));
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([4, 3, 2, 1]);
  const { body } = await call<Version>('GET', `/policies/${id}/versions/1`);
  expect(body.document).toEqual({
    name: 'Versioned',
    contents: contents(1),
    defaults: '',
    tests: [],
    contact: 'first',
    explainsRules: false,
  });
  expect((await call('GET', `/policies/${id}/versions/9`)).status).toBe(404);
  expect((await call('GET', `/policies/${id}/versions?cursor=nonsense`)).status).toBe(400);
  expect((await (await tests.strangerOwner()).call('GET', `/policies/${id}/versions/1`)).status).toBe(404);
});

test('a version comes back as the draft, and publishing it says which it was', async () => {
  const { body } = await restore(2, null);
  expect(body).toMatchObject({
    revision: 4,
    draft: { version: 1, basedOn: 4, contents: contents(2), contact: 'number 2' },
  });
  expect((await tests.events(id)).at(-1)).toMatchObject({
    event: 'policy.draft-saved',
    payload: { restoredFrom: 2, before: { contents: contents(4) }, after: { contents: contents(2) } },
  });
  await tests.publish(id, 1);
  const { body: version } = await call<Version>('GET', `/policies/${id}/versions/5`);
  expect(version).toMatchObject({ restoredFrom: 2, document: { contents: contents(2) } });
});

test('a draft that was changed after the restoration restores nothing', async () => {
  await restore(1, null);
  await save(1, { contact: 'somebody else' });
  await tests.publish(id, 2);
  const { body } = await call<Version>('GET', `/policies/${id}/versions/6`);
  expect(body).toMatchObject({ restoredFrom: null, document: { contents: contents(1), contact: 'somebody else' } });
});

test('a restoration is a save: it writes over no draft that was not looked at', async () => {
  await save(null, { contact: 'in the making' });
  expect(await restore(1, null)).toMatchObject({
    status: 409,
    body: { code: 'conflict', data: { currentVersion: 1 } },
  });
  expect((await restore(9, 1)).status).toBe(404);
  const { body } = await restore(3, 1);
  expect(body.draft).toMatchObject({ version: 2, contents: contents(3) });
});
