import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSession } from '#server/identity/index.ts';
import type { AccessChange } from '#server/services.ts';
import { openDirectory } from '#testing/open-directory.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let directory: Awaited<ReturnType<typeof openDirectory>>;
const signals: AccessChange[] = [];
beforeAll(async () => {
  services = await openTestServices();
  services.signals.on('access-changed', (change) => signals.push(change));
});
afterAll(() => services.close());
beforeEach(async () => {
  directory = await openDirectory(services);
  signals.length = 0;
});

const rolesOf = async (memberId: string) =>
  (await services.db.selectFrom('role_grants').select('role_id').where('member_id', '=', memberId).execute())
    .map(({ role_id }) => role_id)
    .sort();

/** A browser in the console and a Codex client. */
async function signIn(memberId: string) {
  const { workspaceId } = directory;
  const at = new Date();
  const session = { memberId, at, ip: '192.0.2.7', userAgent: null, replaces: null, because: 'password' } as const;
  await services.db.transaction().execute((tx) => startSession(tx, session));
  await services.db
    .insertInto('client_grants')
    .values({
      id: `cg_${memberId}`,
      workspace_id: workspaceId,
      member_id: memberId,
      oauth_grant_id: `og_${memberId}`,
      client_id: 'codex',
      method: 'browser',
      ip: null,
      created_at: at,
      last_used_at: null,
      expires_at: null,
      revoked_at: null,
      revoked_because: null,
    })
    .execute();
}

describe('ownership', () => {
  test('changes hands in one step', async () => {
    const { as, ownerId, seed, events } = directory;
    const grace = await seed('grace@example.com', { name: 'Grace', role: 'codex-admin' });
    const answer = await as(ownerId).call('POST', `/members/${grace}/ownership`, { keepRoleIds: ['admin'] });
    expect(answer).toMatchObject({ status: 200, body: { id: grace } });
    expect(await rolesOf(grace)).toEqual(['codex-admin', 'owner']);
    expect(await rolesOf(ownerId)).toEqual(['admin']);
    expect(await events('ownership.transferred')).toMatchObject([
      { payload: { before: { ownRoles: ['owner'] }, after: { ownRoles: ['admin'] } } },
    ]);
    expect(signals.map(({ memberId }) => memberId)).toEqual([grace, ownerId]);
    expect((await as(ownerId).call('POST', `/members/${grace}/ownership`, { keepRoleIds: [] })).status).toBe(403);
  });

  test('is handed over by owners only, to somebody who can sign in, and not kept', async () => {
    const { as, ownerId, seed } = directory;
    const grace = await seed('grace@example.com');
    const call = (who: ReturnType<typeof as>, id: string, keepRoleIds: string[] = []) =>
      who.call('POST', `/members/${id}/ownership`, { keepRoleIds });
    expect((await call(as(grace, 'codex-user', ['roles.write']), ownerId)).status).toBe(403);
    expect((await call(as(ownerId), ownerId)).status).toBe(409);
    expect((await call(as(ownerId), grace, ['owner'])).status).toBe(409);
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', grace).execute();
    expect((await call(as(ownerId), grace)).status).toBe(409);
    expect(await rolesOf(ownerId)).toEqual(['owner']);
  });
});

describe('an e-mail address', () => {
  test('is changed, but not to one that is taken', async () => {
    const { as, ownerId, seed } = directory;
    const grace = await seed('grace@example.com');
    await seed('alan@example.com');
    const change = (email: string) => as(ownerId).call('PATCH', `/members/${grace}`, { email });
    expect(await change('Hopper@Example.com')).toMatchObject({ status: 200, body: { email: 'hopper@example.com' } });
    expect(await change('alan@example.com')).toMatchObject({ status: 409, body: { code: 'already-exists' } });
    expect((await change('no address')).status).toBe(400);
  });

  test('of somebody who may do more is not theirs to change who may do less: it is a way in', async () => {
    const { as, seed } = directory;
    const admin = await seed('admin@example.com', { role: 'admin' });
    const officer = await seed('officer@example.com', { role: 'compliance-officer' });
    const answer = await as(admin, 'admin').call('PATCH', `/members/${officer}`, { email: 'mine@example.com' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    expect((await as(admin, 'admin').call('PATCH', `/members/${officer}`, { name: 'Officer' })).status).toBe(200);
  });
});

describe('what a member is signed in with', () => {
  interface Access {
    hasPassword: boolean;
    sessions: { id: string; ip: string }[];
    signIns: { id: string }[];
  }
  const readAccess = async (id: string) =>
    (await directory.as(directory.ownerId).call<Access>('GET', `/members/${id}/access`)).body;

  test('is shown, and ended one by one', async () => {
    const { as, ownerId, seed, events } = directory;
    const grace = await seed('grace@example.com');
    await signIn(grace);
    const access = await readAccess(grace);
    expect(access).toMatchObject({
      hasPassword: false,
      sessions: [{ ip: '192.0.2.7', method: 'password' }],
      signIns: [{ method: 'browser' }],
      secondFactors: { passkeys: [], totp: null },
    });
    const owner = as(ownerId);
    const sessionAddress = `/members/${grace}/sessions/${access.sessions[0]?.id}`;
    expect((await owner.call('DELETE', sessionAddress)).status).toBe(200);
    expect((await owner.call('DELETE', sessionAddress)).status).toBe(404);
    expect((await owner.call('DELETE', `/members/${grace}/sign-ins/${access.signIns[0]?.id}`)).status).toBe(200);
    expect(await readAccess(grace)).toMatchObject({ sessions: [], signIns: [] });
    expect(await events('session.revoked')).toMatchObject([{ subject_label: 'grace@example.com <grace@example.com>' }]);
    expect(await events('client.signed-out')).toHaveLength(1);
    expect(signals).toEqual([{ workspaceId: directory.workspaceId, memberId: grace, because: 'signed-out' }]);
  });

  test('ends altogether, and belongs to nobody else', async () => {
    const { as, ownerId, seed } = directory;
    const grace = await seed('grace@example.com');
    const alan = await seed('alan@example.com');
    await signIn(grace);
    await signIn(alan);
    const { sessions } = await readAccess(alan);
    expect((await as(ownerId).call('DELETE', `/members/${grace}/sessions/${sessions[0]?.id}`)).status).toBe(404);
    const ended = await as(ownerId).call('POST', `/members/${grace}/sign-out`);
    expect(ended).toMatchObject({ status: 200, body: { sessions: 1, signIns: 1 } });
    expect((await readAccess(alan)).sessions).toHaveLength(1);
  });

  test('of an owner only owners end', async () => {
    const { as, ownerId, seed } = directory;
    const admin = await seed('admin@example.com', { role: 'admin' });
    await signIn(ownerId);
    expect((await as(admin, 'admin').call('POST', `/members/${ownerId}/sign-out`)).status).toBe(403);
    expect((await readAccess(ownerId)).sessions).toHaveLength(1);
  });

  test('tokens are for those who manage tokens', async () => {
    const { as, ownerId, seed } = directory;
    const grace = await seed('grace@example.com');
    expect(await as(ownerId).call('GET', `/members/${grace}/access-tokens`)).toMatchObject({ body: { items: [] } });
    const manager = as(await seed('m@example.com'), 'codex-user', ['members.write']);
    expect((await manager.call('GET', `/members/${grace}/access-tokens`)).status).toBe(403);
    expect((await as(ownerId).call('GET', '/members/mem_gone/access')).status).toBe(404);
  });
});

describe('groups that give roles', () => {
  test('let nobody give, or take, what they do not hold', async () => {
    const { as, seed, addGroup, giveToGroup } = directory;
    const grace = await seed('grace@example.com');
    const admins = await addGroup('Admins', [grace]);
    const manager = await seed('m@example.com');
    // What the API checks is what the session says; what the change checks is what the database says.
    await services.db
      .insertInto('roles')
      .values({
        id: 'rol_groups',
        workspace_id: directory.workspaceId,
        name: 'Group keeper',
        permissions: JSON.stringify(['groups.write']),
        created_at: new Date(),
        updated_at: new Date(),
      })
      .execute();
    const grant = {
      workspace_id: directory.workspaceId,
      role_id: 'rol_groups',
      group_id: null,
      granted_at: new Date(),
    };
    await services.db
      .insertInto('role_grants')
      .values({ ...grant, member_id: manager })
      .execute();
    const keeper = as(manager, 'codex-user', ['groups.write']);
    expect((await keeper.call('POST', `/groups/${admins}/members`, { add: [manager] })).status).toBe(200);
    await keeper.call('POST', `/groups/${admins}/members`, { remove: [manager] });
    await giveToGroup(admins, 'admin');
    for (const change of [{ add: [manager] }, { remove: [grace] }])
      expect((await keeper.call('POST', `/groups/${admins}/members`, change)).status).toBe(403);
    expect((await keeper.call('DELETE', `/groups/${admins}`)).status).toBe(403);
  });
});
