import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { groupUrn, openScimServer, patchOf, type ScimServer } from '#testing/scim-server.ts';
import { seedMember } from '#testing/test-services.ts';
import { handOverGroup } from './provisioning.ts';

let scim: ScimServer;
beforeEach(async () => {
  scim = await openScimServer();
});
afterEach(() => scim.close());

const member = (id: string) =>
  scim.services.db.selectFrom('members').selectAll().where('id', '=', id).executeTakeFirst();
const create = async (userName: string, more: Record<string, unknown> = {}) => {
  const answer = await scim.call('POST', '/Users', { userName, ...more });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
  return answer.body.id;
};
const setActive = (id: string, active: boolean) =>
  scim.call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value: active }));
const events = async () =>
  (await scim.services.db.selectFrom('audit_events').selectAll().orderBy('id').execute()).map(
    ({ event, actor_kind, actor_label }) => `${event} by ${actor_kind} ${actor_label}`,
  );

test('the userName may be something else than the address; the address is the primary one', async () => {
  const id = await create('glovelace', {
    emails: [
      { value: 'home@example.com', type: 'home' },
      { value: 'Grace@Example.com', primary: true },
    ],
  });
  expect(await member(id)).toMatchObject({ email: 'grace@example.com', name: 'glovelace' });
  const work = await create('alan', {
    emails: [
      { value: 'home2@example.com', type: 'home' },
      { value: 'alan@example.com', type: 'Work' },
    ],
    name: { givenName: 'Alan', familyName: 'Turing' },
  });
  expect(await member(work)).toMatchObject({ email: 'alan@example.com', name: 'Alan Turing' });
  const nothing = await scim.call('POST', '/Users', { userName: 'no-address' });
  expect(nothing).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  expect(nothing.body.detail).toContain('needs an e-mail address');
});

test('deprovisioning ends sessions, sign-ins and tokens in the same transaction and tells the gateway', async () => {
  const { db, signals } = scim.services;
  const id = await create('grace@example.com');
  const at = new Date();
  const owned = { workspace_id: scim.workspaceId, member_id: id };
  const times = { last_seen_at: at, expires_at: new Date(at.getTime() + 3_600_000) };
  const session = { id: newId('ses'), token_hash: 'h1', ip: null, user_agent: null, started_at: at, ...times };
  await db
    .insertInto('sessions')
    .values({ ...owned, ...session })
    .execute();
  const token = { id: newId('tok'), kind: 'personal-access-token' as const, name: 'CI', hint: 'at-', token_hash: 'h2' };
  await db
    .insertInto('access_tokens')
    .values({ ...owned, ...token, created_at: at, expires_at: null, last_used_at: null, revoked_at: null })
    .execute();
  const told: unknown[] = [];
  signals.on('access-changed', (change) => told.push(change));
  expect(await setActive(id, false)).toMatchObject({ status: 200, body: { active: false } });
  expect(told).toEqual([{ workspaceId: scim.workspaceId, memberId: id, because: 'member-suspended' }]);
  expect(await member(id)).toMatchObject({ status: 'deprovisioned' });
  expect(await db.selectFrom('sessions').selectAll().where('member_id', '=', id).execute()).toEqual([]);
  const [revoked] = await db.selectFrom('access_tokens').select('revoked_at').where('member_id', '=', id).execute();
  expect(revoked?.revoked_at).toBeInstanceOf(Date);
  expect(await setActive(id, true)).toMatchObject({ status: 200, body: { active: true } });
  expect(await member(id)).toMatchObject({ status: 'active' });
  expect(await events()).toEqual([
    'member.created by key API key “Identity provider”',
    'member.deprovisioned by key API key “Identity provider”',
    'member.reprovisioned by key API key “Identity provider”',
  ]);
});

test('the last active owner stays, with a sentence that says what to do', async () => {
  await create('ada@example.com');
  const refused = await setActive(scim.ownerId, false);
  expect(refused).toMatchObject({ status: 409, body: { status: '409' } });
  expect(refused.body.detail).toContain('Make somebody else an owner first');
  expect((await scim.call('DELETE', `/Users/${scim.ownerId}`)).status).toBe(409);
  const put = await scim.call('PUT', `/Users/${scim.ownerId}`, { userName: 'ada@example.com', active: false });
  expect(put.status).toBe(409);
  expect(await member(scim.ownerId)).toMatchObject({ status: 'active', source: 'scim' });
  await seedMember(scim.services.db, { workspaceId: scim.workspaceId, email: 'second@example.com', role: 'owner' });
  expect((await setActive(scim.ownerId, false)).status).toBe(200);
});

test('whoever was here before is taken over with their roles, not doubled', async () => {
  const { db } = scim.services;
  const { workspaceId } = scim;
  const id = await seedMember(db, { workspaceId, email: 'grace@example.com', name: 'Grace', role: 'codex-admin' });
  await db.updateTable('members').set({ status: 'invited' }).where('id', '=', id).execute();
  expect(await create('grace@example.com', { displayName: 'Grace Hopper' })).toBe(id);
  expect(await member(id)).toMatchObject({ status: 'active', source: 'scim', name: 'Grace Hopper' });
  const roles = await db.selectFrom('role_grants').select('role_id').where('member_id', '=', id).execute();
  expect(roles).toEqual([{ role_id: 'codex-admin' }]);
  const again = await scim.call('POST', '/Users', { userName: 'other-name', emails: [{ value: 'grace@example.com' }] });
  expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
});

test('nobody is seen or changed who is not managed through SCIM', async () => {
  const { body } = await scim.call('GET', '/Users');
  expect(body.totalResults).toBe(0);
  expect((await scim.call('GET', `/Users/${scim.ownerId}`)).status).toBe(404);
  expect((await setActive(scim.ownerId, false)).status).toBe(404);
  expect((await scim.call('DELETE', `/Users/${scim.ownerId}`)).status).toBe(404);
});

test('a suspension by hand outlives deprovisioning', async () => {
  const id = await create('grace@example.com');
  await scim.services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', id).execute();
  expect((await scim.call('GET', `/Users/${id}`)).body.active).toBe(true);
  await setActive(id, true);
  expect(await member(id)).toMatchObject({ status: 'suspended' });
  await setActive(id, false);
  expect(await member(id)).toMatchObject({ status: 'deprovisioned' });
  await setActive(id, true);
  expect(await member(id)).toMatchObject({ status: 'suspended' });
});

test('deleted and created again is somebody new; created twice at once is created once', async () => {
  const first = await create('grace@example.com', { externalId: 'e-1' });
  await scim.call('DELETE', `/Users/${first}`);
  const second = await create('grace@example.com', { externalId: 'e-1' });
  expect(second).not.toBe(first);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => scim.call('POST', '/Users', { userName: 'Alan@example.com' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test('a userName and an address change; those of somebody else are refused and nothing is half done', async () => {
  const id = await create('grace@example.com');
  await create('alan@example.com');
  const rename = (value: Record<string, unknown>) =>
    scim.call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value }));
  expect(await rename({ userName: 'GRACE@example.com' })).toMatchObject({ status: 200 });
  expect(await rename({ userName: 'hopper@example.com' })).toMatchObject({ status: 200 });
  expect(await member(id)).toMatchObject({ email: 'hopper@example.com' });
  const before = await scim.call('GET', `/Users/${id}`);
  expect(await rename({ userName: 'ALAN@example.com', title: 'Dr' })).toMatchObject({
    status: 409,
    body: { scimType: 'uniqueness' },
  });
  expect(await rename({ title: 'Dr', emails: [{ value: 'alan@example.com' }] })).toMatchObject({ status: 409 });
  expect((await scim.call('GET', `/Users/${id}`)).body).toEqual(before.body);
});

test('a whole resource without “active” brings nobody back', async () => {
  const id = await create('grace@example.com');
  await setActive(id, false);
  const put = await scim.call('PUT', `/Users/${id}`, { userName: 'grace@example.com', displayName: 'Grace' });
  expect(put).toMatchObject({ status: 200, body: { active: false, displayName: 'Grace' } });
  expect(await member(id)).toMatchObject({ status: 'deprovisioned', name: 'Grace' });
});

test('a member who is gone in mid-sync: adding is refused whole, removing is done already', async () => {
  const grace = await create('grace@example.com');
  const alan = await create('alan@example.com');
  const group = (await scim.call('POST', '/Groups', { schemas: [groupUrn], displayName: 'All' })).body.id;
  await scim.call('DELETE', `/Users/${alan}`);
  const add = { op: 'add', path: 'members', value: [{ value: grace }, { value: alan }] };
  const refused = await scim.call(
    'PATCH',
    `/Groups/${group}`,
    patchOf({ op: 'replace', path: 'displayName', value: 'Else' }, add),
  );
  expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  expect(refused.body.detail).toContain(alan);
  expect((await scim.call('GET', `/Groups/${group}`)).body).toMatchObject({ displayName: 'All', members: [] });
  const replace = { op: 'replace', path: 'members', value: [{ value: alan }] };
  await scim.call('PATCH', `/Groups/${group}`, patchOf({ op: 'add', path: 'members', value: [{ value: grace }] }));
  expect((await scim.call('PATCH', `/Groups/${group}`, patchOf(replace))).status).toBe(400);
  expect((await scim.call('GET', `/Groups/${group}`)).body.members).toMatchObject([{ value: grace }]);
  const remove = { op: 'remove', path: 'members', value: [{ value: alan }, { value: grace }] };
  expect((await scim.call('PATCH', `/Groups/${group}`, patchOf(remove))).status).toBe(204);
  expect((await scim.call('GET', `/Groups/${group}`)).body.members).toEqual([]);
});

test('a group that people made is never taken by its name, but can be handed over', async () => {
  const { db } = scim.services;
  const { workspaceId } = scim;
  await db
    .insertInto('groups')
    .values({ id: 'grp_admins', workspace_id: workspaceId, name: 'Admins', created_at: new Date() })
    .execute();
  const refused = await scim.call('POST', '/Groups', { displayName: 'admins' });
  expect(refused).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  expect(refused.body.detail).toContain('hand it over');
  const actor = { kind: 'system', id: null, label: 'test', workspaceId, ip: null } as const;
  const grant = { role_id: 'compliance-officer', member_id: null, group_id: 'grp_admins', granted_at: new Date() };
  await db
    .insertInto('role_grants')
    .values({ workspace_id: workspaceId, ...grant })
    .execute();
  const admin = await seedMember(db, { workspaceId, email: 'admin@example.com', role: 'admin' });
  const beyond = handOverGroup(scim.services, { workspaceId, memberId: admin, actor }, 'grp_admins');
  await expect(beyond).rejects.toMatchObject({ code: 'not-permitted', details: { roleId: 'compliance-officer' } });
  await handOverGroup(scim.services, { workspaceId, memberId: scim.ownerId, actor }, 'grp_admins');
  const { body } = await scim.call('GET', `/Groups?filter=${encodeURIComponent('displayName eq "admins"')}`);
  expect(body.Resources).toMatchObject([{ id: 'grp_admins' }]);
  await expect(
    handOverGroup(scim.services, { workspaceId, memberId: scim.ownerId, actor }, 'grp_admins'),
  ).rejects.toThrow('already');
  expect((await scim.call('POST', '/Groups', { displayName: 'ADMINS' })).body.detail).not.toContain('hand it over');
});

test('whom people took over is not seen any more, and is found again when created again', async () => {
  const id = await create('grace@example.com');
  await scim.services.db.updateTable('members').set({ source: 'manual' }).where('id', '=', id).execute();
  expect((await scim.call('GET', `/Users/${id}`)).status).toBe(404);
  const other = await create('Grace@example.com', { emails: [{ value: 'new@example.com' }] });
  expect(other).not.toBe(id);
  await scim.call('DELETE', `/Users/${other}`);
  const third = await create('third@example.com');
  const rename = patchOf({ op: 'replace', path: 'userName', value: 'GRACE@example.com' });
  expect(await scim.call('PATCH', `/Users/${third}`, rename)).toMatchObject({ status: 409 });
  const aside = patchOf({ op: 'add', path: 'emails', value: [{ value: 'third@example.com' }] }, ...rename.Operations);
  expect(await scim.call('PATCH', `/Users/${third}`, aside)).toMatchObject({ status: 200 });
  await scim.call('DELETE', `/Users/${third}`);
  expect(await create('grace@example.com')).toBe(id);
});

test('whoever was suspended by hand before SCIM took them over inactive comes back suspended', async () => {
  const id = await seedMember(scim.services.db, { workspaceId: scim.workspaceId, email: 'grace@example.com' });
  await scim.services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', id).execute();
  expect(await create('grace@example.com', { active: false })).toBe(id);
  expect(await member(id)).toMatchObject({ status: 'deprovisioned' });
  await setActive(id, true);
  expect(await member(id)).toMatchObject({ status: 'suspended' });
});
