import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { Permission } from '#contract/permissions.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { identityRoutes, startSession } from '#server/identity/index.ts';
import type { AccessChange } from '#server/services.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { directoryRoutes } from './routes.ts';

let services: TestServices;
let workspaceId: string;
let ownerId: string;
const changes: AccessChange[] = [];

beforeAll(async () => {
  services = await openTestServices();
  services.signals.on('access-changed', (change) => changes.push(change));
});
afterAll(() => services.close());
beforeEach(async () => {
  changes.length = 0;
  await services.db.deleteFrom('workspaces').execute();
  await services.db.deleteFrom('audit_events').execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
});

/** A browser signed in as this member, without a password in the way. */
function as(memberId: string, role: BuiltInRole = 'owner', more: Permission[] = []) {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { directory: directoryRoutes(services), identity: identityRoutes(services) };
  const member = signedInAs({ memberId, workspaceId }, { role, more });
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
  return apiClient(app);
}
const seed = (email: string, role?: BuiltInRole) =>
  seedMember(services.db, { workspaceId, email, ...(role && { role }) });

/** A session, a Codex sign-in and an access token. */
async function giveAccess(memberId: string) {
  const at = new Date();
  const session = { memberId, at, ip: null, userAgent: null, replaces: null, because: 'password' } as const;
  await services.db.transaction().execute((tx) => startSession(tx, session));
  const row = { workspace_id: workspaceId, member_id: memberId, created_at: at };
  await services.db
    .insertInto('client_grants')
    .values({
      ...row,
      id: `cg_${memberId}`,
      oauth_grant_id: `og_${memberId}`,
      client_id: 'codex',
      method: 'browser',
      ip: null,
      last_used_at: null,
      expires_at: null,
      revoked_at: null,
      revoked_because: null,
    })
    .execute();
  await services.db
    .insertInto('access_tokens')
    .values({
      ...row,
      id: `tok_${memberId}`,
      kind: 'personal-access-token',
      name: 'ci',
      hint: 'at-abcd',
      token_hash: `hash ${memberId}`,
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
}
const accessLeft = async (memberId: string) => {
  const { db } = services;
  const sessions = await db.selectFrom('sessions').select('id').where('member_id', '=', memberId).execute();
  const grants = await db
    .selectFrom('client_grants')
    .select('revoked_because')
    .where('member_id', '=', memberId)
    .execute();
  const tokens = await db.selectFrom('access_tokens').select('revoked_at').where('member_id', '=', memberId).execute();
  return {
    sessions: sessions.length,
    grants: grants.filter((row) => row.revoked_because === null).length,
    tokens: tokens.filter((row) => row.revoked_at === null).length,
  };
};

describe('suspension and removal', () => {
  test('a suspended member has nothing left to act with, and the gateway is told', async () => {
    const memberId = await seed('linus@example.com');
    await giveAccess(memberId);
    const answer = await as(ownerId).call('POST', `/members/${memberId}/suspension`);
    expect(answer).toMatchObject({ status: 200, body: { status: 'suspended' } });
    expect(await accessLeft(memberId)).toEqual({ sessions: 0, grants: 0, tokens: 0 });
    expect(changes).toEqual([{ workspaceId, memberId, because: 'member-suspended' }]);
    const [entry] = await services.db
      .selectFrom('audit_events')
      .select('payload')
      .where('event', '=', 'member.suspended')
      .execute();
    expect(entry?.payload).toEqual({ ended: { sessions: 1, clients: 1, accessTokens: 1 } });
  });

  test('a reactivated member may sign in again, with nothing of before', async () => {
    const memberId = await seed('linus@example.com');
    await giveAccess(memberId);
    await as(ownerId).call('POST', `/members/${memberId}/suspension`);
    const answer = await as(ownerId).call('DELETE', `/members/${memberId}/suspension`);
    expect(answer).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(await accessLeft(memberId)).toEqual({ sessions: 0, grants: 0, tokens: 0 });
  });

  test('a removed member is gone; the audit log keeps the name', async () => {
    const memberId = await seed('linus@example.com');
    await giveAccess(memberId);
    expect((await as(ownerId).call('DELETE', `/members/${memberId}`)).status).toBe(200);
    expect((await as(ownerId).call('GET', `/members/${memberId}`)).status).toBe(404);
    expect(changes).toEqual([{ workspaceId, memberId, because: 'member-removed' }]);
    const entries = await services.db
      .selectFrom('audit_events')
      .select('subject_label')
      .where('event', '=', 'member.removed')
      .execute();
    expect(entries).toEqual([{ subject_label: 'linus@example.com <linus@example.com>' }]);
  });

  test('twice, or of someone who has not joined, is refused with what to do', async () => {
    const memberId = await seed('linus@example.com');
    await as(ownerId).call('POST', `/members/${memberId}/suspension`);
    const again = await as(ownerId).call('POST', `/members/${memberId}/suspension`);
    expect(again).toMatchObject({ status: 409, body: { message: 'linus@example.com is suspended already.' } });
    await services.db.updateTable('members').set({ status: 'invited' }).where('id', '=', memberId).execute();
    const invited = await as(ownerId).call('POST', `/members/${memberId}/suspension`);
    expect(invited.body.message).toContain('Remove the invitation instead');
  });

  test('a member of another workspace does not exist here', async () => {
    const other = await seedWorkspace(services.db, { name: 'Other' });
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/suspension'],
      ['POST', '/invitation'],
    ] as const)
      expect(
        (
          await as(ownerId).call(
            method,
            `/members/${other.ownerId}${path}`,
            method === 'GET' ? undefined : { name: 'Somebody' },
          )
        ).status,
      ).toBe(404);
  });
});

describe('owners', () => {
  test('nobody suspends or removes themselves', async () => {
    await seed('second@example.com', 'owner');
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/suspension'],
    ] as const)
      expect(await as(ownerId).call(method, `/members/${ownerId}${path}`)).toMatchObject({
        status: 409,
        body: { code: 'own-membership' },
      });
  });

  test('the last owner stays one', async () => {
    const answer = await as(ownerId).call('PUT', `/members/${ownerId}/roles`, { roleIds: [] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'last-owner' } });
    await seed('second@example.com', 'owner');
    expect((await as(ownerId).call('PUT', `/members/${ownerId}/roles`, { roleIds: [] })).status).toBe(200);
  });

  test.each([1, 2, 3, 4, 5])('owners who unmake each other at the same time leave one (round %i)', async () => {
    const ids = [ownerId, await seed('b@example.com', 'owner'), await seed('c@example.com', 'owner')];
    const attempts = ids.flatMap((acting) =>
      ids.filter((id) => id !== acting).map((id) => as(acting).call('DELETE', `/members/${id}`)),
    );
    const answers = await Promise.all(attempts);
    expect(answers.filter(({ status }) => status === 200).length).toBe(2);
    const owners = await services.db
      .selectFrom('role_grants')
      .select('member_id')
      .where('role_id', '=', 'owner')
      .execute();
    expect(owners).toHaveLength(1);
  });

  test('managing people does not reach owners: only an owner makes or changes one', async () => {
    const memberId = await seed('linus@example.com');
    const manager = as(memberId, 'codex-user', ['members.write', 'roles.write']);
    const invited = await manager.call('POST', '/members/invitations', {
      people: [{ email: 'new@example.com' }],
      roleIds: ['owner'],
    });
    expect(invited).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    expect((await manager.call('DELETE', `/members/${ownerId}`)).status).toBe(403);
  });

  test('who lost the right meanwhile is refused, whatever their page still shows', async () => {
    const second = await seed('second@example.com', 'owner');
    const third = await seed('third@example.com');
    await services.db.deleteFrom('role_grants').where('member_id', '=', second).execute();
    expect((await as(second).call('DELETE', `/members/${third}`)).status).toBe(403);
  });
});

describe('list', () => {
  interface Page {
    items: { id: string; email: string; name: string; lastActiveAt: string | null }[];
    nextCursor: string | null;
  }
  async function readAll(query: string, onPage: () => Promise<unknown> = async () => {}) {
    const seen: Page['items'] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { status, body } = await as(ownerId).call<Page>('GET', `/members?limit=4&${query}${after}`);
      expect(status).toBe(200);
      seen.push(...body.items);
      cursor = body.nextCursor;
      await onPage();
    } while (cursor !== null);
    return seen;
  }

  async function seedPeople() {
    const start = Date.parse('2026-01-01T00:00:00Z');
    for (let index = 0; index < 12; index++) {
      const id = await seedMember(services.db, {
        workspaceId,
        email: `p${String((index * 7) % 12).padStart(2, '0')}@example.com`,
        // Equal names and times, so that the id has to break ties.
        name: index % 3 === 0 ? 'Same Name' : `person ${index}`,
      });
      const lastActiveAt = index % 4 === 0 ? null : new Date(start + Math.floor(index / 2) * 1000);
      const times = { created_at: new Date(start + Math.floor(index / 3) * 1000), last_active_at: lastActiveAt };
      await services.db.updateTable('members').set(times).where('id', '=', id).execute();
    }
  }

  const orders = ['name', 'email', 'createdAt', 'lastActiveAt'].flatMap((sort) =>
    ['asc', 'desc'].map((direction) => [sort, direction] as const),
  );
  test.each(orders)('pages by %s %s show everyone once, also while people join', async (sort, direction) => {
    await seedPeople();
    const everyone = (await services.db.selectFrom('members').select('id').execute()).map(({ id }) => id);
    let joined = 0;
    const seen = await readAll(`sort=${sort}&direction=${direction}`, () =>
      seed(`${joined % 2 === 0 ? 'a' : 'z'}${joined++}@example.com`),
    );
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(everyone.every((id) => ids.includes(id))).toBe(true);
    const keys = seen.map((item) => (item[sort as 'name'] ?? '').toLowerCase());
    const sorted = keys.toSorted();
    expect(keys).toEqual(direction === 'asc' ? sorted : sorted.reverse());
  });

  test('search takes what is typed literally and counts by status', async () => {
    await seed('percent%20@example.com');
    await seed('under_score@example.com');
    const invitedId = await seed('invited@example.com');
    await services.db.updateTable('members').set({ status: 'invited' }).where('id', '=', invitedId).execute();
    const found = async (search: string) =>
      (await as(ownerId).call<Page>('GET', `/members?search=${encodeURIComponent(search)}`)).body;
    expect((await found('%')).items).toHaveLength(1);
    expect((await found('_')).items).toHaveLength(1);
    expect((await found('LOVELACE')).items).toMatchObject([{ email: 'ada@example.com' }]);
    const counted = await as(ownerId).call('GET', '/member-counts?search=example');
    expect(counted.body).toEqual({ active: 3, deprovisioned: 0, invited: 1, suspended: 0, isCapped: false });
  });

  test('a cursor that is made up, or of another order, is refused', async () => {
    await seedPeople();
    const { body } = await as(ownerId).call<Page>('GET', '/members?limit=2&sort=email');
    for (const path of [`/members?sort=name&cursor=${body.nextCursor}`, '/members?cursor=nonsense'])
      expect(await as(ownerId).call('GET', path)).toMatchObject({ status: 400, body: { code: 'bad-input' } });
  });
});

describe('groups', () => {
  test('people come in and go out, and the member page shows it', async () => {
    const memberId = await seed('linus@example.com');
    const owner = as(ownerId);
    const { body: group } = await owner.call<{ id: string }>('POST', '/groups', { name: 'Kernel' });
    const changed = await owner.call('POST', `/groups/${group.id}/members`, { add: [memberId, ownerId, memberId] });
    expect(changed).toMatchObject({ status: 200, body: { memberCount: 2 } });
    const detail = await owner.call('GET', `/members/${memberId}`);
    expect(detail.body).toMatchObject({ groups: [{ id: group.id, name: 'Kernel' }], permissions: expect.any(Array) });
    const listed = await owner.call<{ items: unknown[] }>('GET', `/members?groupId=${group.id}`);
    expect(listed.body.items).toHaveLength(2);
    await owner.call('POST', `/groups/${group.id}/members`, { remove: [ownerId] });
    expect((await owner.call('GET', `/groups/${group.id}`)).body).toMatchObject({ memberCount: 1 });
  });

  test('names are unique whatever their case', async () => {
    const owner = as(ownerId);
    await owner.call('POST', '/groups', { name: 'Kernel' });
    const { body: other } = await owner.call<{ id: string }>('POST', '/groups', { name: 'Docs' });
    expect(await owner.call('POST', '/groups', { name: 'KERNEL' })).toMatchObject({ status: 409 });
    expect(await owner.call('PATCH', `/groups/${other.id}`, { name: 'kernel' })).toMatchObject({ status: 409 });
    expect(await owner.call('PATCH', `/groups/${other.id}`, { name: 'docs' })).toMatchObject({ status: 200 });
  });

  test('someone who is not a member any more cannot be added', async () => {
    const owner = as(ownerId);
    const { body: group } = await owner.call<{ id: string }>('POST', '/groups', { name: 'Kernel' });
    const answer = await owner.call('POST', `/groups/${group.id}/members`, { add: ['mem_gone'] });
    expect(answer).toMatchObject({ status: 404, body: { data: { memberIds: ['mem_gone'] } } });
  });

  test('pages show every group once', async () => {
    const owner = as(ownerId);
    for (const name of ['delta', 'Alpha', 'charlie', 'Bravo', 'echo']) await owner.call('POST', '/groups', { name });
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await owner.call<{ items: { name: string }[]; nextCursor: string | null }>(
        'GET',
        `/groups?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      names.push(...body.items.map(({ name }) => name));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(names).toEqual(['Alpha', 'Bravo', 'charlie', 'delta', 'echo']);
  });
});
