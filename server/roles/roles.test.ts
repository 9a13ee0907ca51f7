import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Permission } from '#contract/permissions.ts';
import type { AccessChangePreview, ExplainedPermission, Role, RoleHolder } from '#contract/roles.ts';
import type { AccessChange } from '#server/services.ts';
import { openRoleTests, type RoleTests } from '#testing/role-tests.ts';

let tests: RoleTests;
let owner: ReturnType<RoleTests['as']>;
const changes: AccessChange[] = [];

beforeAll(async () => {
  tests = await openRoleTests();
  tests.services.signals.on('access-changed', (change) => changes.push(change));
});
afterAll(() => tests.close());
beforeEach(async () => {
  await tests.startOver();
  changes.length = 0;
  owner = tests.as(tests.ownerId());
});

const write = async (name: string, permissions: Permission[]) =>
  (await owner.call<Role>('POST', '/roles', { name, permissions })).body.id;
const preview = (change: object) => owner.call<AccessChangePreview>('POST', '/roles/preview', { change });
const of = ({ permissions }: AccessChangePreview, permission: Permission) =>
  permissions.find((one) => one.permission === permission);
const namesIn = (touched: { first: { name: string }[] } | undefined) => touched?.first.map(({ name }) => name);

describe('custom roles', () => {
  test('are written, changed and deleted, each with its entry in the audit log', async () => {
    const created = await owner.call<Role>('POST', '/roles', {
      name: 'Help desk',
      description: 'Answers the phone.',
      permissions: ['members.read', 'audit.read'],
    });
    expect(created).toMatchObject({
      status: 200,
      body: { isBuiltIn: false, isDefault: false, use: { own: 0, byGroup: 0, byDefault: 0, groups: 0 } },
    });
    const { id } = created.body;
    const changed = await owner.call<Role>('PATCH', `/roles/${id}`, { permissions: ['members.write'] });
    expect(changed.body).toMatchObject({ name: 'Help desk', permissions: ['members.write'] });
    expect((await owner.call('DELETE', `/roles/${id}`)).status).toBe(200);
    expect((await owner.call('GET', `/roles/${id}`)).status).toBe(404);
    expect(await tests.auditedEvents()).toEqual(['role.created', 'role.updated', 'role.deleted']);
    expect(changes.map(({ because }) => because)).toEqual(['roles-changed', 'roles-changed', 'roles-changed']);
  });

  test('have names of their own, whatever the case', async () => {
    const id = await write('Help desk', []);
    expect(await owner.call('POST', '/roles', { name: 'help DESK', permissions: [] })).toMatchObject({
      status: 409,
      body: { message: 'There is a role named “help DESK” already.' },
    });
    expect((await owner.call('PATCH', `/roles/${id}`, { name: 'HELP desk' })).status).toBe(200);
  });

  test('to choose from are the same, without counting who has them', async () => {
    await write('Help desk', ['audit.read']);
    const { body: counted } = await owner.call<{ items: Role[] }>('GET', '/roles');
    const { body: choices } = await owner.call<{ items: Role[] }>('GET', '/role-choices');
    expect(choices.items.map(({ id }) => id)).toContain('owner');
    expect(choices.items).toEqual(counted.items.map(({ use: _, ...role }) => role));
  });

  test('built-in ones cannot be changed or deleted, and an unknown permission is refused', async () => {
    const refused = { status: 409, body: { message: expect.stringContaining('Built-in roles cannot be changed') } };
    expect(await owner.call('PATCH', '/roles/admin', { permissions: [] })).toMatchObject(refused);
    expect(await owner.call('DELETE', '/roles/codex-user')).toMatchObject(refused);
    expect((await owner.call('POST', '/roles', { name: 'X', permissions: ['everything'] })).status).toBe(400);
  });

  test('of another workspace do not exist here', async () => {
    const id = await write('Help desk', []);
    const stranger = await tests.strangerOwner();
    for (const [method, path, input] of [
      ['GET', `/roles/${id}`, undefined],
      ['GET', `/roles/${id}/members`, undefined],
      ['PATCH', `/roles/${id}`, { name: 'Mine' }],
      ['DELETE', `/roles/${id}`, {}],
      ['PUT', '/default-role', { roleId: id }],
      ['GET', `/members/${tests.ownerId()}/permissions`, undefined],
      ['PUT', `/members/${tests.ownerId()}/roles`, { roleIds: [] }],
    ] as const)
      expect((await stranger.call(method, path, input)).status, `${method} ${path}`).toBe(404);
  });

  test('a deleted role takes its grants along and says in the audit log how many it touched', async () => {
    const id = await write('Readers', ['audit.read', 'codex-local.use']);
    const grace = await tests.member('Grace', [id]);
    expect(await tests.permissionsOf(grace)).toContain('audit.read');
    await owner.call('DELETE', `/roles/${id}`);
    expect(await tests.permissionsOf(grace)).not.toContain('audit.read');
    expect(await tests.permissionsOf(grace)).toContain('codex-local.use');
    expect(await tests.lastPayload()).toMatchObject({ touchedMembers: 1, before: { name: 'Readers' } });
  });
});

describe('who has a role', () => {
  test('is counted and listed by way: own, by group, by default', async () => {
    const id = await write('Readers', ['audit.read']);
    const group = await tests.group('Auditors');
    await owner.call('PUT', `/groups/${group}/roles`, { roleIds: [id] });
    const both = await tests.member('Both', [id], [group]);
    const own = await tests.member('Own', [id]);
    const grouped = await tests.member('Grouped', [], [group]);
    const none = await tests.member('None');
    const role = await owner.call<Role>('GET', `/roles/${id}`);
    expect(role.body).toMatchObject({
      use: { own: 2, byGroup: 2, byDefault: 0, groups: 1 },
      groupList: [{ id: group, name: 'Auditors' }],
    });
    const first = await owner.call<{ items: RoleHolder[]; nextCursor: string }>('GET', `/roles/${id}/members?limit=2`);
    const rest = await owner.call<{ items: RoleHolder[]; nextCursor: null }>(
      'GET',
      `/roles/${id}/members?limit=2&cursor=${first.body.nextCursor}`,
    );
    const byGroup = { kind: 'group', id: group, name: 'Auditors' };
    expect([...first.body.items, ...rest.body.items].map(({ id: memberId, ways }) => [memberId, ways])).toEqual([
      [both, [{ kind: 'own' }, byGroup]],
      [grouped, [byGroup]],
      [own, [{ kind: 'own' }]],
    ]);
    expect(rest.body.nextCursor).toBeNull();
    const byDefault = await owner.call<{ items: RoleHolder[] }>('GET', '/roles/codex-user/members?search=none');
    expect(byDefault.body.items).toMatchObject([{ id: none, ways: [{ kind: 'default' }] }]);
    const list = await owner.call<{ items: Role[] }>('GET', '/roles');
    expect(list.body.items.find((one) => one.id === 'codex-user')).toMatchObject({
      isDefault: true,
      use: { byDefault: 1 },
    });
  });

  test('a member is told every role and way to each permission, what includes it, and the toggle above it', async () => {
    const group = await tests.group('Platform');
    await owner.call('PUT', `/groups/${group}/roles`, { roleIds: ['codex-admin'] });
    const grace = await tests.member('Grace', ['analytics-viewer'], [group]);
    await tests.services.db.updateTable('workspaces').set({ device_code_enabled: false }).execute();
    const { body } = await owner.call<{ items: ExplainedPermission[] }>('GET', `/members/${grace}/permissions`);
    const about = (permission: Permission) => body.items.find((one) => one.permission === permission);
    const platform = { kind: 'group', id: group, name: 'Platform' };
    expect(about('activity.read')?.ways).toEqual([
      { role: { id: 'analytics-viewer', name: 'Analytics viewer' }, by: { kind: 'own' }, includedIn: null },
      { role: { id: 'codex-admin', name: 'Codex admin' }, by: platform, includedIn: 'codex.administer' },
    ]);
    expect(about('device-code.use')?.gates).toEqual([
      { setting: 'codexLocalEnabled', isOn: true },
      { setting: 'deviceCodeEnabled', isOn: false },
    ]);
    expect(about('roles.write')).toMatchObject({ isHeld: false, ways: [] });
    const none = await tests.member('None');
    const byDefault = await owner.call<{ items: ExplainedPermission[] }>('GET', `/members/${none}/permissions`);
    expect(byDefault.body.items[0]?.ways).toMatchObject([{ by: { kind: 'default' } }]);
  });
});

describe('what would change', () => {
  test('lists who gains and loses each permission, and nobody who keeps it by another way', async () => {
    const id = await write('Readers', ['audit.read', 'codex-local.use']);
    const other = await write('Others', ['audit.read']);
    await tests.member('Grace', [id]);
    await tests.member('Linus', [id, other]);
    const { body } = await preview({ kind: 'role', id, permissions: ['codex-local.use', 'models.read'] });
    expect(body.members).toBe(2);
    expect(body.refusal).toBeNull();
    expect(namesIn(of(body, 'audit.read')?.lose)).toEqual(['Grace']);
    expect(namesIn(of(body, 'models.read')?.gain)).toEqual(['Grace', 'Linus']);
    expect(of(body, 'codex-local.use')).toBeUndefined();
    expect((await owner.call<Role>('GET', `/roles/${id}`)).body.permissions).toContain('audit.read');
  });

  test('a first role replaces the default role, and the last one that goes brings it back', async () => {
    const id = await write('Readers', ['audit.read']);
    const grace = await tests.member('Grace');
    const given = await preview({ kind: 'member-roles', memberId: grace, roleIds: [id] });
    expect(namesIn(of(given.body, 'codex-local.use')?.lose)).toEqual(['Grace']);
    await owner.call('PUT', `/members/${grace}/roles`, { roleIds: [id] });
    const deleted = await preview({ kind: 'deletion', id });
    expect(namesIn(of(deleted.body, 'codex-local.use')?.gain)).toEqual(['Grace']);
    expect(namesIn(of(deleted.body, 'audit.read')?.lose)).toEqual(['Grace']);
  });

  test('for a group and the default role; suspended members are nobody here', async () => {
    const group = await tests.group('Platform');
    for (const name of ['A', 'B', 'C']) await tests.member(name, [], [group]);
    const suspended = await tests.member('S', [], [group]);
    await tests.services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', suspended).execute();
    const byGroup = await preview({ kind: 'group-roles', groupId: group, roleIds: ['compliance-officer'] });
    expect(of(byGroup.body, 'audit.read')?.gain.count).toBe(3);
    expect(of(byGroup.body, 'codex-local.use')?.lose.count).toBe(3);
    const none = await preview({ kind: 'default-role', roleId: null });
    expect(of(none.body, 'codex-local.use')?.lose).toMatchObject({ count: 3 });
  });

  test('shows the first twenty by name and counts the rest', async () => {
    const group = await tests.group('Everyone');
    for (let index = 29; index >= 0; index--) await tests.member(`p${String(index).padStart(2, '0')}`, [], [group]);
    const { body } = await preview({
      kind: 'group-roles',
      groupId: group,
      roleIds: ['codex-user', 'analytics-viewer'],
    });
    const gain = of(body, 'activity.read')?.gain;
    expect(gain?.count).toBe(30);
    expect(namesIn(gain)).toEqual(Array.from({ length: 20 }, (_, index) => `p${String(index).padStart(2, '0')}`));
  });

  test('says in advance why somebody may not do it', async () => {
    const id = await write('Roles', ['roles.write']);
    const group = await tests.group('Platform');
    const clerk = tests.as(await tests.member('Clerk', [id]));
    const change = { kind: 'group-roles', groupId: group, roleIds: ['admin'] };
    const { body } = await clerk.call<AccessChangePreview>('POST', '/roles/preview', { change });
    expect(body.refusal).toContain('includes more than you hold yourself');
  });
});

describe('the default role', () => {
  test('can be none, and cannot be owner, gone, or deleted while it is the default', async () => {
    const id = await write('Guests', ['codex-local.use']);
    const grace = await tests.member('Grace');
    expect((await owner.call('PUT', '/default-role', { roleId: id })).body).toEqual({ roleId: id });
    expect(await tests.permissionsOf(grace)).toEqual(['codex-local.use']);
    expect(await owner.call('DELETE', `/roles/${id}`)).toMatchObject({ status: 409, body: { code: 'role-in-use' } });
    expect((await owner.call('PUT', '/default-role', { roleId: 'owner' })).status).toBe(409);
    expect((await owner.call('PUT', '/default-role', { roleId: 'rol_gone' })).status).toBe(404);
    expect((await owner.call('PUT', '/default-role', { roleId: null })).body).toEqual({ roleId: null });
    expect(await tests.permissionsOf(grace)).toEqual([]);
    expect((await owner.call('DELETE', `/roles/${id}`)).status).toBe(200);
  });
});

describe('the guided set-up', () => {
  const setUp = (memberIds: string[]) => ({
    users: { name: 'Codex Users', memberIds },
    admins: { name: 'Codex Admins' },
    defaultRoleId: null,
  });

  test('makes both groups, gives their roles and sets the default in one step, as its preview said', async () => {
    const grace = await tests.member('Grace');
    const linus = await tests.member('Linus');
    const before = await preview({ kind: 'set-up', setUp: setUp([grace]) });
    expect(namesIn(of(before.body, 'codex-local.use')?.lose)).toEqual(['Linus']);
    const made = await owner.call<Record<'users' | 'admins', { id: string }>>('POST', '/roles/set-up', setUp([grace]));
    expect(made).toMatchObject({ status: 200, body: { users: { name: 'Codex Users' } } });
    expect(await tests.permissionsOf(grace)).toContain('codex-local.use');
    expect(await tests.permissionsOf(linus)).toEqual([]);
    expect((await owner.call('GET', `/groups/${made.body.admins.id}/roles`)).body).toEqual({
      items: [{ id: 'codex-admin', name: 'Codex admin' }],
    });
    expect(await tests.auditedEvents()).toEqual(['group.created', 'group.created', 'roles.set-up']);
  });

  test('takes groups that are there, twice with the same result, and nothing is half done', async () => {
    const users = await tests.group('Everyone');
    const admins = await tests.group('Platform');
    const input = { users: { groupId: users }, admins: { groupId: admins }, defaultRoleId: 'codex-user' };
    for (let round = 0; round < 2; round++) expect((await owner.call('POST', '/roles/set-up', input)).status).toBe(200);
    const taken = { users: { name: 'New' }, admins: { name: 'EVERYONE' }, defaultRoleId: null };
    expect(await owner.call('POST', '/roles/set-up', taken)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('Choose it, or another name') },
    });
    expect(await tests.groupNames()).toEqual(['Everyone', 'Platform']);
    expect((await owner.call('GET', '/roles')).body).toMatchObject({ defaultRoleId: 'codex-user' });
    const same = { users: { groupId: users }, admins: { groupId: users }, defaultRoleId: null };
    expect((await owner.call('POST', '/roles/set-up', same)).status).toBe(409);
  });
});
