import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Permission } from '#contract/permissions.ts';
import type { AccessChangePreview, Role } from '#contract/roles.ts';
import type { ApiClient } from '#testing/own-api-client.ts';
import { openRoleTests, type RoleTests } from '#testing/role-tests.ts';

let tests: RoleTests;
let owner: ApiClient;
beforeAll(async () => {
  tests = await openRoleTests();
});
afterAll(() => tests.close());
beforeEach(async () => {
  await tests.startOver();
  owner = tests.as(tests.ownerId());
});

const write = async (name: string, permissions: Permission[]) =>
  (await owner.call<Role>('POST', '/roles', { name, permissions })).body.id;
/** Somebody with exactly these permissions. */
const holderOf = async (...permissions: Permission[]) => {
  const role = await write('Powers', permissions);
  const id = await tests.member('Clerk', [role]);
  return { id, role, browser: tests.as(id) };
};
const refused = (saying: string) => ({
  status: 403,
  body: { code: 'not-permitted', message: expect.stringContaining(saying) },
});

describe('whoever manages roles', () => {
  test('writes into a role only what they hold, also when nobody has the role', async () => {
    const clerk = await holderOf('roles.write', 'audit.read');
    const id = await write('Empty', []);
    const add = await clerk.browser.call('PATCH', `/roles/${id}`, { permissions: ['settings.write'] });
    expect(add).toMatchObject(refused('“Manage settings”, “See settings”'));
    expect((await clerk.browser.call('PATCH', `/roles/${id}`, { permissions: ['audit.read'] })).status).toBe(200);
    const create = await clerk.browser.call('POST', '/roles', { name: 'Mine', permissions: ['keys.write'] });
    expect(create).toMatchObject(refused('“Manage keys”'));
  });

  test('takes out of a role, and deletes, only what they hold', async () => {
    const clerk = await holderOf('roles.write');
    const id = await write('Auditors', ['audit.read']);
    expect(await clerk.browser.call('PATCH', `/roles/${id}`, { permissions: [] })).toMatchObject(refused('audit log'));
    expect(await clerk.browser.call('DELETE', `/roles/${id}`, {})).toMatchObject(refused('audit.read'));
    expect((await clerk.browser.call('PATCH', `/roles/${id}`, { description: 'Reads.' })).status).toBe(200);
  });

  test('hears before the set-up that they may not make its groups', async () => {
    const clerk = await holderOf('roles.write', 'codex.administer');
    const setUp = { users: { name: 'Users' }, admins: { name: 'Admins' }, defaultRoleId: 'codex-user' };
    const preview = { change: { kind: 'set-up', setUp } };
    expect(await clerk.browser.call('POST', '/roles/preview', preview)).toMatchObject({
      status: 200,
      body: { refusal: expect.stringContaining('making groups') },
    });
    expect(await clerk.browser.call('POST', '/roles/set-up', setUp)).toMatchObject(refused('making groups'));
  });

  test('gives a group no role beyond their own, also when everybody in it has it already', async () => {
    const clerk = await holderOf('roles.write');
    const group = await tests.group('Auditors');
    await tests.member('Grace', ['compliance-officer'], [group]);
    const give = await clerk.browser.call('PUT', `/groups/${group}/roles`, { roleIds: ['compliance-officer'] });
    expect(give).toMatchObject(refused('includes more than you hold yourself'));
  });

  test('gets nothing by way of the default role: not for a friend, not for themselves', async () => {
    const clerk = await holderOf('roles.write');
    await owner.call('PUT', '/default-role', { roleId: 'admin' });
    const empty = await write('Empty', []);
    const friend = await tests.member('Friend', [empty]);
    for (const id of [friend, clerk.id])
      expect(await clerk.browser.call('PUT', `/members/${id}/roles`, { roleIds: [] })).toMatchObject(
        refused('Somebody would gain or lose'),
      );
    expect(await clerk.browser.call('DELETE', `/roles/${empty}`, {})).toMatchObject(refused('default role'));
    const other = await tests.member('Other');
    expect(await clerk.browser.call('PUT', `/members/${other}/roles`, { roleIds: [empty] })).toMatchObject(
      refused('Somebody would gain or lose'),
    );
    expect(await clerk.browser.call('PUT', '/default-role', { roleId: null })).toMatchObject(refused('gives or takes'));
  });

  test('makes no owner and touches none', async () => {
    const clerk = await holderOf('roles.write', 'members.write');
    const group = await tests.group('Owners');
    expect(await clerk.browser.call('PUT', `/members/${clerk.id}/roles`, { roleIds: ['owner'] })).toMatchObject(
      refused('Only a workspace owner'),
    );
    expect((await clerk.browser.call('PUT', `/members/${tests.ownerId()}/roles`, { roleIds: [] })).status).toBe(403);
    expect((await owner.call('PUT', `/groups/${group}/roles`, { roleIds: ['owner'] })).status).toBe(409);
  });

  test('may rewrite what an owner has besides: the owner holds everything still', async () => {
    const id = await write('Auditors', ['audit.read']);
    await owner.call('PUT', `/members/${tests.ownerId()}/roles`, { roleIds: ['owner', id] });
    const before = await tests.permissionsOf(tests.ownerId());
    const clerk = await holderOf('roles.write', 'audit.read');
    expect((await clerk.browser.call('PATCH', `/roles/${id}`, { permissions: [] })).status).toBe(200);
    expect(await tests.permissionsOf(tests.ownerId())).toEqual(before);
  });

  test('is refused at the very next request once the role is gone, whatever the page still shows', async () => {
    const clerk = await holderOf('roles.write');
    expect((await clerk.browser.call('GET', '/roles')).status).toBe(200);
    await owner.call('PATCH', `/roles/${clerk.role}`, { permissions: ['audit.read'] });
    expect((await clerk.browser.call('GET', '/roles')).status).toBe(403);
    expect((await clerk.browser.call('POST', '/roles', { name: 'X', permissions: [] })).status).toBe(403);
  });

  test('two who take each other’s role at the same time: one succeeds', async () => {
    const role = await write('Powers', ['roles.write']);
    const [ada, bea] = [await tests.member('Cora', [role]), await tests.member('Bea', [role])];
    await owner.call('PUT', '/default-role', { roleId: null });
    const take = (by: string, from: string) => tests.as(by).call('PUT', `/members/${from}/roles`, { roleIds: [] });
    const answers = await Promise.all([take(ada, bea), take(bea, ada)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
  });
});

describe('whoever manages groups', () => {
  test('puts nobody into, and takes nobody out of, a group that gives more than they hold; nor deletes it', async () => {
    const clerk = await holderOf('groups.write');
    const group = await tests.group('Admins');
    await owner.call('PUT', `/groups/${group}/roles`, { roleIds: ['admin'] });
    const grace = await tests.member('Grace', [], [group]);
    expect(await clerk.browser.call('POST', `/groups/${group}/members`, { add: [clerk.id] })).toMatchObject(
      refused('includes more than you hold yourself'),
    );
    expect((await clerk.browser.call('POST', `/groups/${group}/members`, { remove: [grace] })).status).toBe(403);
    expect((await clerk.browser.call('DELETE', `/groups/${group}`, {})).status).toBe(403);
    const plain = await tests.group('Plain');
    expect((await clerk.browser.call('POST', `/groups/${plain}/members`, { add: [grace] })).status).toBe(200);
  });
});

test('the preview refuses in the same words as the change itself', async () => {
  const clerk = await holderOf('roles.write');
  const id = await write('Auditors', ['audit.read']);
  const change = { kind: 'deletion', id };
  const { body } = await clerk.browser.call<AccessChangePreview>('POST', '/roles/preview', { change });
  const made = await clerk.browser.call<{ message: string }>('DELETE', `/roles/${id}`, {});
  expect(body.refusal).toBe(made.body.message);
});
