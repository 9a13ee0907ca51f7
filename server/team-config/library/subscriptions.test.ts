import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BundleSubscription, BundleUsage } from '#contract/team-config-bundles.ts';
import { type LibraryTests, openLibraryTests } from '#testing/team-config-library.ts';

let tests: LibraryTests;
beforeAll(async () => {
  tests = await openLibraryTests();
});
afterAll(() => tests.close());

const call = <Body = Record<string, unknown>>(method: string, path: string, input?: unknown) =>
  tests.owner.call<Body>(method, path, input);
const agents = (content: string) => ({ path: 'AGENTS.md', content });
const subscribe = (id: string, groupId: string, version: number | null) =>
  call<{ subscriptions: BundleSubscription[] }>('PUT', `/team-config/bundles/${id}/groups/${groupId}`, { version });

async function publishNext(id: string, text: string) {
  const { body } = await tests.save(id, null, [agents(text)]);
  return tests.publish(id, body.bundle.draftVersion ?? 0);
}

describe('subscriptions', () => {
  test('a group has the newest version or a fixed one; a member the highest of what their groups have', async () => {
    const grace = await tests.signIn('Grace');
    const [one, two] = [await tests.group('Backend', [grace]), await tests.group('Platform', [grace])];
    const { id } = await tests.published('Shared', [agents('one')]);
    const mine = async () => (await grace.call('GET', '/team-config/mine')).body;
    expect(await mine()).toMatchObject({ items: [], tarUrl: 'https://reeve.test:8443/team-config/mine.tar' });
    expect((await subscribe(id, one, 2)).status).toBe(404);
    expect((await subscribe(id, 'grp_none', null)).status).toBe(404);
    expect((await subscribe(id, one, 1)).body.subscriptions).toEqual([
      { groupId: one, groupName: 'Backend', members: 1, version: 1 },
    ]);
    await publishNext(id, 'two');
    expect(await mine()).toMatchObject({
      items: [{ bundle: { slug: 'shared' }, version: { number: 1 }, because: '“Backend” has it, at version 1.' }],
    });
    await subscribe(id, two, null);
    expect(await mine()).toMatchObject({
      items: [
        {
          version: { number: 2 },
          because:
            '“Backend” has it, at version 1; “Platform” has it, always the newest version. Of several, the highest version counts: 2.',
        },
      ],
    });
    expect((await call('DELETE', `/team-config/bundles/${id}/groups/${two}`)).body).toMatchObject({
      subscriptions: [{ groupId: one }],
    });
    expect((await call('DELETE', `/team-config/bundles/${id}/groups/${two}`)).status).toBe(404);
    expect(await mine()).toMatchObject({ items: [{ version: { number: 1 } }] });
    // A group that is deleted takes its subscriptions along.
    await tests.services.db.deleteFrom('groups').where('id', '=', one).execute();
    expect(await mine()).toMatchObject({ items: [] });
    expect((await tests.events(id)).map(({ event }) => event).filter((event) => event.includes('subscribed'))).toEqual([
      'bundle.subscribed',
      'bundle.subscribed',
      'bundle.unsubscribed',
    ]);
  });

  test('what is not published yet reaches nobody, and a deleted bundle no more', async () => {
    const alan = await tests.signIn('Alan');
    const groupId = await tests.group('Early', [alan]);
    const { id } = await tests.create('Not yet');
    await subscribe(id, groupId, null);
    const mine = async () => (await alan.call<{ items: unknown[] }>('GET', '/team-config/mine')).body.items.length;
    expect(await mine()).toBe(0);
    await publishNext(id, 'now');
    expect(await mine()).toBe(1);
    await call('DELETE', `/team-config/bundles/${id}`);
    expect(await mine()).toBe(0);
    expect(
      await tests.services.db.selectFrom('team_config_subscriptions').selectAll().where('bundle_id', '=', id).execute(),
    ).toEqual([]);
  });

  test('subscribing and deleting at once leaves nothing behind', async () => {
    const groupId = await tests.group('Racing');
    const { id } = await tests.published('Raced', [agents('x')]);
    const [subscribed, deleted] = await Promise.all([
      subscribe(id, groupId, null),
      call('DELETE', `/team-config/bundles/${id}`),
    ]);
    expect(deleted.status).toBe(200);
    expect([200, 404]).toContain(subscribed.status);
    expect(
      await tests.services.db.selectFrom('team_config_subscriptions').selectAll().where('bundle_id', '=', id).execute(),
    ).toEqual([]);
  });
});

describe('what repositories have', () => {
  const reportFolders = (repository: string, folders: { folder: string; bundles: unknown[] }[], commit = 'abc123') =>
    call<{ items: BundleUsage[] }>('POST', '/team-config/usages', { repository, commit, folders });
  const report = (repository: string, bundles: unknown[], commit?: string) =>
    reportFolders(repository, [{ folder: '', bundles }], commit);
  const list = async (query = '') =>
    (await call<{ items: BundleUsage[]; nextCursor: string | null }>('GET', `/team-config/usages${query}`)).body;
  const recorded = async (repository: string) => (await tests.events(repository)).length;

  test('is current, behind or modified, under one name of the repository, and recorded when it changes', async () => {
    const { id, newest } = await tests.published('Used', [agents('one')]);
    const first = { slug: 'used', sha256: newest?.sha256, version: 1 };
    const told = await report('git@GitHub.com:acme/shop.git', [first]);
    expect(told.body.items).toMatchObject([
      {
        repository: 'github.com/acme/shop',
        folder: '',
        version: 1,
        newestVersion: 1,
        state: 'current',
        commit: 'abc123',
      },
    ]);
    await report('https://token@github.com/acme/shop', [first], 'def456');
    expect(await recorded('github.com/acme/shop')).toBe(1);
    expect((await list(`?bundleId=${id}`)).items).toMatchObject([{ commit: 'def456' }]);
    await publishNext(id, 'two');
    expect((await list(`?bundleId=${id}&state=behind`)).items).toMatchObject([
      { state: 'behind', version: 1, newestVersion: 2 },
    ]);
    const changed = { slug: 'used', sha256: 'f'.repeat(64), version: 1 };
    expect((await report('github.com/acme/shop', [changed])).body.items).toMatchObject([
      { state: 'modified', version: 1 },
    ]);
    const unknown = { slug: 'used', sha256: 'f'.repeat(64), version: 77 };
    expect((await report('github.com/acme/shop', [unknown])).body.items).toMatchObject([
      { state: 'modified', version: null },
    ]);
    expect((await list('?state=modified&search=ACME')).items).toHaveLength(1);
    expect((await list('?state=current')).items).toEqual([]);
    expect(await recorded('github.com/acme/shop')).toBe(3);
    expect((await call<{ bundle: unknown }>('GET', `/team-config/bundles/${id}`)).body.bundle).toMatchObject({
      repositories: 1,
    });
    // It says what it has; what it had before and does not name is gone.
    expect((await report('github.com/acme/shop', [{ ...changed, slug: 'nobody-has-this' }])).body.items).toEqual([]);
    expect((await list(`?bundleId=${id}`)).items).toEqual([]);
    expect(await recorded('github.com/acme/shop')).toBe(4);
  });

  test('folders of one repository are by themselves; pages go on where they ended', async () => {
    const { newest } = await tests.published('Paged', [agents('paged')]);
    const bundles = [{ slug: 'paged', sha256: newest?.sha256, version: 1 }];
    const folders = (names: string[]) => names.map((folder) => ({ folder, bundles }));
    await reportFolders('github.com/acme/mono', folders(['apps/one', 'apps/two/', './apps/three', 'apps/two']));
    const first = await list('?limit=2&search=mono');
    expect(first.items.map(({ folder }) => folder)).toEqual(['apps/one', 'apps/three']);
    const next = await list(`?limit=2&search=mono&cursor=${first.nextCursor}`);
    expect(next).toMatchObject({ items: [{ folder: 'apps/two' }], nextCursor: null });
    // The bundle was taken out of one folder and is in the others still: the folder is named no more.
    await reportFolders('github.com/acme/mono', folders(['apps/two', 'apps/three']));
    expect((await list('?search=mono')).items.map(({ folder }) => folder)).toEqual(['apps/three', 'apps/two']);
    expect(await recorded('github.com/acme/mono')).toBe(2);
    await reportFolders('github.com/acme/mono', []);
    expect((await list('?search=mono')).items).toEqual([]);
  });

  test('two reports at once are one after the other', async () => {
    const { newest } = await tests.published('Parallel', [agents('parallel')]);
    const bundles = [{ slug: 'parallel', sha256: newest?.sha256, version: 1 }];
    const both = await Promise.all([1, 2, 3].map(() => report('github.com/acme/parallel', bundles)));
    expect(both.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await recorded('github.com/acme/parallel')).toBe(1);
    expect((await list('?search=parallel')).items).toHaveLength(1);
  });

  test('stays to be read when the bundle is deleted', async () => {
    const { id, newest } = await tests.published('Former', [agents('former')]);
    await report('github.com/acme/former', [{ slug: 'former', sha256: newest?.sha256, version: 1 }]);
    await call('DELETE', `/team-config/bundles/${id}`);
    expect((await list('?search=acme/former')).items).toMatchObject([{ bundleName: 'Former (deleted)', version: 1 }]);
  });

  test('nobody else sees it, and what is no repository is refused', async () => {
    const stranger = await tests.strangerOwner();
    expect((await stranger.call('GET', '/team-config/usages')).body).toEqual({ items: [], nextCursor: null });
    expect((await report('somewhere', [])).status).toBe(400);
    expect(
      (
        await reportFolders('github.com/acme/shop', [
          { folder: '../x', bundles: [{ slug: 'a', sha256: 'f'.repeat(64), version: 1 }] },
        ])
      ).status,
    ).toBe(400);
  });

  test('has an end: one more repository, or too much of one, is refused in words', async () => {
    const { id, newest } = await tests.published('Many', [agents('many')]);
    const bundle = { slug: 'many', sha256: newest?.sha256, version: 1 };
    const folders = Array.from({ length: 26 }, (_, index) => ({ folder: `${index}`, bundles: Array(40).fill(bundle) }));
    expect(await reportFolders('github.com/acme/much', folders)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('at most 1000 bundles') },
    });
    const { db } = tests.services;
    const rows = Array.from({ length: 5_000 }, (_, index) => ({
      id: `use_${index}`,
      workspace_id: tests.workspaceId,
      repository: `github.com/acme/many-${index}`,
      bundle_id: id,
      version: 1,
      sha256: newest?.sha256 ?? '',
      is_modified: false,
      commit_id: null,
      reported_at: new Date(),
      reported_by: 'test',
    }));
    await db.insertInto('team_config_usages').values(rows).execute();
    expect(await report('github.com/acme/one-more', [bundle])).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('as many as it keeps') },
    });
    // Those that are listed go on.
    expect((await report('github.com/acme/many-7', [bundle])).status).toBe(200);
    await db.deleteFrom('team_config_usages').where('bundle_id', '=', id).execute();
  });
});
