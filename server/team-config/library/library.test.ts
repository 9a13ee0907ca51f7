import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Bundle, BundleVersion } from '#contract/team-config-bundles.ts';
import { type LibraryTests, openLibraryTests } from '#testing/team-config-library.ts';
import { publishBundle } from './publish-bundle.ts';

let tests: LibraryTests;
beforeAll(async () => {
  tests = await openLibraryTests();
});
afterAll(() => tests.close());

const call = <Body = Record<string, unknown>>(method: string, path: string, input?: unknown) =>
  tests.owner.call<Body>(method, path, input);
const agents = (content: string) => ({ path: 'AGENTS.md', content });
const names = async () =>
  (await call<{ items: Bundle[] }>('GET', '/team-config/bundles')).body.items.map(({ name }) => name);

describe('bundles', () => {
  test('a bundle begins empty, with an address made of its name', async () => {
    const bundle = await tests.create('Über Back-end, Größe!', { description: ' For services. ' });
    expect(bundle).toMatchObject({
      slug: 'uber-back-end-gro-e',
      description: 'For services.',
      newest: null,
      draftVersion: null,
    });
    expect((await tests.events(bundle.id)).map(({ event }) => event)).toEqual(['bundle.created']);
  });

  test('or from a starter, as a draft of nobody', async () => {
    const bundle = await tests.create('Go services', { starterId: 'go' });
    expect(bundle).toMatchObject({ draftVersion: 1, draftAuthors: [] });
    const { body } = await call<{ draft: { path: string }[] }>('GET', `/team-config/bundles/${bundle.id}`);
    expect(body.draft.map(({ path }) => path)).toContain('AGENTS.md');
    expect((await call('POST', '/team-config/bundles', { name: 'X', starterId: 'cobol' })).status).toBe(404);
  });

  test('names and chosen addresses are unique; an address made of the name gets a number', async () => {
    const first = await tests.create('C++');
    expect(first.slug).toBe('c');
    expect((await tests.create('C#')).slug).toBe('c-2');
    expect(await call('POST', '/team-config/bundles', { name: 'c++' })).toMatchObject({
      status: 409,
      body: { code: 'already-exists', data: { field: 'name' } },
    });
    for (const slug of ['c', 'mine'])
      expect(await call('POST', '/team-config/bundles', { name: `D ${slug}`, slug })).toMatchObject({
        status: 409,
        body: { code: 'already-exists', data: { field: 'slug', slug } },
      });
    expect((await tests.create('Mine')).slug).toBe('mine-2');
    expect((await tests.create('数据')).slug).toBe('bundle');
  });

  test('two that want one name at once: one gets it', async () => {
    const outcomes = await Promise.all(['race', 'Race'].map((name) => call('POST', '/team-config/bundles', { name })));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('renaming keeps the address; a deleted bundle frees both', async () => {
    const { id } = await tests.create('Old name');
    const { body } = await call<{ bundle: Bundle }>('PATCH', `/team-config/bundles/${id}`, { name: 'New name' });
    expect(body.bundle).toMatchObject({ name: 'New name', slug: 'old-name' });
    expect((await call('PATCH', `/team-config/bundles/${id}`, { name: 'c++' })).status).toBe(409);
    expect((await call('DELETE', `/team-config/bundles/${id}`)).status).toBe(200);
    expect(await names()).not.toContain('New name');
    for (const path of ['', '/versions'])
      expect((await call('GET', `/team-config/bundles/${id}${path}`)).status).toBe(404);
    expect((await tests.save(id, null, [agents('')])).status).toBe(404);
    expect((await tests.create('Old name')).slug).toBe('old-name');
  });
});

describe('drafts', () => {
  test('are checked for where files lie, and kept right or wrong', async () => {
    const { id } = await tests.create('Drafts');
    expect(await tests.save(id, null, [{ path: '../AGENTS.md', content: '' }])).toMatchObject({
      status: 400,
      body: { code: 'bad-input' },
    });
    const { body } = await tests.save(id, null, [{ path: '.codex/config.toml', content: 'not toml' }]);
    expect(body).toMatchObject({ bundle: { draftVersion: 1, draftAuthors: ['Ada Lovelace <ada@example.com>'] } });
    expect(await tests.publish(id, 1)).toMatchObject({
      status: 422,
      body: { code: 'bundle-not-valid', data: { findings: [{ file: '.codex/config.toml', severity: 'error' }] } },
    });
  });

  test('of two editors the second is told; a number never names another draft again', async () => {
    const { id } = await tests.create('Editors');
    const outcomes = await Promise.all(['one', 'two'].map((text) => tests.save(id, null, [agents(text)])));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(outcomes.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'conflict',
      data: { currentDraft: 1, updatedBy: 'Ada Lovelace <ada@example.com>' },
    });
    await tests.publish(id, 1);
    expect((await tests.save(id, null, [agents('three')])).body.bundle.draftVersion).toBe(2);
    expect((await tests.save(id, 1, [agents('late')])).status).toBe(409);
    expect((await call('DELETE', `/team-config/bundles/${id}/draft`, { expectedDraft: 1 })).status).toBe(409);
    expect((await call('DELETE', `/team-config/bundles/${id}/draft`, { expectedDraft: 2 })).status).toBe(200);
    expect((await tests.save(id, null, [agents('four')])).body.bundle.draftVersion).toBe(3);
  });

  test('the largest bundle can be saved', async () => {
    const { id } = await tests.create('Large');
    const files = Array.from({ length: 8 }, (_, index) => ({
      path: `.agents/${index}`,
      content: '"\n'.repeat(120_000),
    }));
    expect((await tests.save(id, null, files)).status).toBe(200);
  });
});

describe('versions', () => {
  test('are numbered, kept as they were, and brought back into a draft', async () => {
    const { id } = await tests.create('Versions');
    for (const [index, text] of ['one', 'two', 'three'].entries()) {
      await tests.save(id, null, [agents(text)]);
      const { body } = await tests.publish(id, index + 1);
      expect(body.version).toMatchObject({
        number: index + 1,
        publishedBy: 'Ada Lovelace <ada@example.com>',
        approvedBy: null,
      });
    }
    type Page = { items: BundleVersion[]; nextCursor: string | null };
    const first = (await call<Page>('GET', `/team-config/bundles/${id}/versions?limit=2`)).body;
    expect(first.items.map(({ number }) => number)).toEqual([3, 2]);
    const next = (await call<Page>('GET', `/team-config/bundles/${id}/versions?limit=2&cursor=${first.nextCursor}`))
      .body;
    expect(next).toMatchObject({ items: [{ number: 1 }], nextCursor: null });
    expect((await call('GET', `/team-config/bundles/${id}/versions/1`)).body).toMatchObject({ files: [agents('one')] });
    expect((await call('GET', `/team-config/bundles/${id}/versions/4`)).status).toBe(404);

    const restore = (number: number, expectedDraft: number | null) =>
      call('POST', `/team-config/bundles/${id}/versions/${number}/restore`, { expectedDraft });
    expect((await restore(9, null)).status).toBe(404);
    expect((await restore(1, null)).body).toMatchObject({ bundle: { draftVersion: 4 } });
    expect((await restore(2, null)).status).toBe(409);
    expect((await call('GET', `/team-config/bundles/${id}`)).body).toMatchObject({
      draft: [agents('one')],
      files: [agents('three')],
    });
    expect((await tests.events(id)).at(-1)).toMatchObject({
      event: 'bundle.draft-saved',
      payload: { restored: 1, changed: ['AGENTS.md'], added: [], removed: [] },
    });
  });

  test('nothing unchanged and nothing empty is published', async () => {
    const { id } = await tests.create('Unchanged');
    await tests.save(id, null, []);
    expect(await tests.publish(id, 1)).toMatchObject({ status: 422, body: { code: 'bundle-not-valid' } });
    await tests.save(id, 1, [agents('one')]);
    expect((await tests.publish(id, 2)).status).toBe(200);
    await tests.save(id, null, [agents('one')]);
    expect(await tests.publish(id, 3)).toMatchObject({
      status: 409,
      body: { code: 'bundle-unchanged', data: { version: 1 } },
    });
    expect((await tests.publish(id, 1)).status).toBe(409);
  });

  test('two who publish one draft at once make one version', async () => {
    const { id } = await tests.create('Twice');
    await tests.save(id, null, [agents('one')]);
    const outcomes = await Promise.all([tests.publish(id, 1), tests.publish(id, 1)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await tests.events(id)).filter(({ event }) => event === 'bundle.published')).toHaveLength(1);
  });
});

describe('under a policy', () => {
  test('the check names the policy that a group gets', async () => {
    const groupId = await tests.group('Checked');
    const made = await call<{ id: string }>('POST', '/policies', {
      name: 'Strict',
      contents: 'allowed_sandbox_modes = ["read-only"]\n',
    });
    await call('POST', `/policies/${made.body.id}/publication`, { expectedDraft: 1, message: 'Agreed.' });
    const { db } = tests.services;
    const row = { workspace_id: tests.workspaceId, position: 0, group_id: groupId, policy_id: made.body.id };
    await db.insertInto('policy_assignments').values(row).execute();
    const check = (more: Record<string, unknown>) =>
      call('POST', '/team-config/check', { files: [agents('')], ...more });
    expect((await check({})).body).toMatchObject({ policyName: null, findings: [] });
    expect((await check({ groupId })).body).toMatchObject({ policyName: 'Strict' });
    expect((await check({ policyId: made.body.id })).body).toMatchObject({ policyName: 'Strict' });
    expect((await check({ policyId: 'pol_none' })).status).toBe(404);
    expect((await check({ groupId, policyId: made.body.id })).status).toBe(400);
  });
});

test('another workspace sees, changes and fetches none of it', async () => {
  const stranger = await tests.strangerOwner();
  const { id } = await tests.published('Private', [agents('secret')]);
  const groupId = await tests.group('Private people');
  const asked = await tests.owner.call<{ bundle: Bundle }>('POST', `/team-config/bundles/${id}/reviews`, {
    expectedDraft: 0,
    message: '',
  });
  expect(asked.status).toBe(409);
  const calls: [string, string, unknown?][] = [
    ['GET', `/team-config/bundles/${id}`],
    ['GET', `/team-config/bundles/${id}/versions`],
    ['GET', `/team-config/bundles/${id}/versions/1`],
    ['PATCH', `/team-config/bundles/${id}`, { name: 'Taken' }],
    ['PUT', `/team-config/bundles/${id}/draft`, { expectedDraft: null, files: [] }],
    ['POST', `/team-config/bundles/${id}/versions/1/restore`, { expectedDraft: null }],
    ['PUT', `/team-config/bundles/${id}/groups/${groupId}`, { version: null }],
    ['DELETE', `/team-config/bundles/${id}`],
  ];
  for (const [method, path, input] of calls) expect((await stranger.call(method, path, input)).status, path).toBe(404);
  expect((await stranger.call('GET', '/team-config/bundles')).body).toEqual({ items: [], secondApprover: false });
  expect((await tests.fetch('/team-config/private.tar', {}, stranger)).status).toBe(404);
  // Its own bundle may have the same name and address.
  expect((await stranger.call('POST', '/team-config/bundles', { name: 'Private' })).body).toMatchObject({
    bundle: { slug: 'private' },
  });
});

test('a draft is checked before anything is held, and what cannot be checked is not saved', async () => {
  const { id } = await tests.create('Checked first');
  const deep = { path: '.codex/hooks.json', content: `${'['.repeat(3_000)}${']'.repeat(3_000)}` };
  const saved = await tests.save(id, null, [deep]);
  const { body } = await call<{ draft: unknown }>('GET', `/team-config/bundles/${id}`);
  expect(body.draft !== null).toBe(saved.status === 200);
  tests.services.errorLines.length = 0;
  const { body: wrong } = await tests.save(id, saved.status === 200 ? 1 : null, [
    { path: '.codex/config.toml', content: 'not toml' },
  ]);
  const { db, clock, origin } = tests.services;
  const begun = vi.spyOn(db, 'transaction');
  const by = {
    workspaceId: tests.workspaceId,
    actor: { kind: 'member', id: tests.owner.memberId, label: 'Ada' } as const,
  };
  const wanted = { id, expectedDraft: wrong.bundle.draftVersion ?? 0, message: '' };
  await expect(publishBundle({ db, clock, origin }, by, wanted)).rejects.toMatchObject({ code: 'bundle-not-valid' });
  expect(begun).not.toHaveBeenCalled();
  begun.mockRestore();
});

test('a number larger than any is no failure of the server', async () => {
  const { id } = await tests.create('Numbers');
  const tooLarge = 3_000_000_000;
  const calls = [
    call('GET', `/team-config/bundles/${id}/versions/${tooLarge}`),
    call('POST', `/team-config/bundles/${id}/versions/${tooLarge}/restore`, { expectedDraft: null }),
    call('PUT', `/team-config/bundles/${id}/groups/grp_none`, { version: tooLarge }),
    call('POST', '/team-config/usages', {
      repository: 'github.com/acme/shop',
      commit: null,
      folders: [{ folder: '', bundles: [{ slug: 'numbers', sha256: 'f'.repeat(64), version: tooLarge }] }],
    }),
  ];
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([400, 400, 400, 400]);
});
