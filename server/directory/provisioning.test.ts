import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '#server/audit/index.ts';
import type { AccessChange } from '#server/services.ts';
import { openDirectory } from '#testing/open-directory.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { changeDirectory, type DirectoryChange } from './change-directory.ts';
import { insertMemberships } from './group-queries.ts';
import {
  changeGroupIn,
  changeGroupMembersIn,
  createGroupIn,
  removeGroupIn,
  replaceGroupMembersIn,
} from './provision-groups.ts';
import {
  changeMember,
  createMember,
  deprovisionMember,
  removeMemberIn,
  reprovisionMember,
} from './provision-members.ts';

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

function asKey<Result>(apply: (change: DirectoryChange) => Promise<Result>, mayUnmakeOwner = true): Promise<Result> {
  const { workspaceId } = directory;
  const actor: Actor = { kind: 'key', id: 'key_1', label: 'Okta', workspaceId, ip: null };
  return changeDirectory(services, { workspaceId, actor, mayUnmakeOwner }, apply);
}
const statusOf = async (id: string) =>
  (await services.db.selectFrom('members').select('status').where('id', '=', id).executeTakeFirst())?.status;
const membersOf = async (groupId: string) =>
  (await services.db.selectFrom('group_members').select('member_id').where('group_id', '=', groupId).execute())
    .map(({ member_id }) => member_id)
    .sort();

describe('members of an identity provider', () => {
  const maya = { email: 'maya@example.com', name: 'Maya', source: 'scim' } as const;

  test('come, change, go and come back, each said once in the audit log', async () => {
    const { id } = await asKey((change) => createMember(change, maya));
    await asKey((change) => changeMember(change, id, { name: 'Maya L', email: 'maya.l@example.com' }));
    await asKey((change) => changeMember(change, id, { name: 'Maya L' }));
    await asKey((change) => deprovisionMember(change, id));
    await asKey((change) => deprovisionMember(change, id));
    expect(await statusOf(id)).toBe('deprovisioned');
    expect(signals).toEqual([{ workspaceId: directory.workspaceId, memberId: id, because: 'member-suspended' }]);
    await asKey((change) => reprovisionMember(change, id));
    expect(await statusOf(id)).toBe('active');
    await asKey((change) => removeMemberIn(change, id));
    expect(await statusOf(id)).toBeUndefined();
    const { events } = directory;
    expect(await events('member.created')).toMatchObject([{ actor_kind: 'key', actor_label: 'Okta' }]);
    expect(await events('member.updated')).toMatchObject([
      { payload: { before: { email: 'maya@example.com', name: 'Maya' } } },
    ]);
    for (const event of ['member.deprovisioned', 'member.reprovisioned', 'member.removed'])
      expect(await events(event)).toHaveLength(1);
  });

  test('an address that is taken names who has it', async () => {
    const id = await directory.seed('maya@example.com');
    await expect(asKey((change) => createMember(change, maya))).rejects.toMatchObject({
      code: 'already-exists',
      details: { memberId: id },
    });
    const other = await directory.seed('other@example.com');
    await expect(asKey((change) => changeMember(change, other, { email: 'maya@example.com' }))).rejects.toMatchObject({
      code: 'already-exists',
      details: { memberId: id },
    });
  });

  test('whom people suspended the identity provider does not let in', async () => {
    const { id } = await asKey((change) => createMember(change, maya));
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', id).execute();
    await asKey((change) => reprovisionMember(change, id));
    expect(await statusOf(id)).toBe('suspended');
  });

  test('the last active owner cannot be taken out, and what came before in the same change is undone', async () => {
    const { ownerId } = directory;
    await expect(
      asKey(async (change) => {
        await changeMember(change, ownerId, { name: 'Somebody' });
        await deprovisionMember(change, ownerId);
      }),
    ).rejects.toMatchObject({ code: 'last-owner' });
    await expect(asKey((change) => removeMemberIn(change, ownerId))).rejects.toMatchObject({ code: 'last-owner' });
    const { name, status } = await services.db
      .selectFrom('members')
      .selectAll()
      .where('id', '=', ownerId)
      .executeTakeFirstOrThrow();
    expect({ name, status }).toEqual({ name: 'Ada Lovelace', status: 'active' });
    expect(signals).toEqual([]);
    await expect(asKey((change) => deprovisionMember(change, ownerId), false)).rejects.toThrow('mayUnmakeOwner');
  });

  test('refuse edits by hand with the reason, can be suspended, and can be taken over', async () => {
    const { as, ownerId } = directory;
    const { id } = await asKey((change) => createMember(change, maya));
    const owner = as(ownerId);
    for (const body of [{ name: 'Other' }, { email: 'other@example.com' }]) {
      const answer = await owner.call('PATCH', `/members/${id}`, body);
      expect(answer).toMatchObject({ status: 409, body: { code: 'scim-managed' } });
      expect(answer.body.message).toContain('identity provider');
    }
    expect((await owner.call('POST', `/members/${id}/suspension`)).status).toBe(200);
    expect((await owner.call('DELETE', `/members/${id}/suspension`)).status).toBe(200);
    await asKey((change) => deprovisionMember(change, id));
    const refused = await owner.call('DELETE', `/members/${id}/suspension`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'scim-managed' } });
    expect(await owner.call('POST', `/members/${id}/manual`)).toMatchObject({
      status: 200,
      body: { source: 'manual' },
    });
    expect(await owner.call('DELETE', `/members/${id}/suspension`)).toMatchObject({ body: { status: 'active' } });
    expect(await owner.call('PATCH', `/members/${id}`, { name: 'Other' })).toMatchObject({ body: { name: 'Other' } });
  });
});

describe('groups of an identity provider', () => {
  test('are renamed, filled and emptied; only what differs is written', async () => {
    const { seed, events } = directory;
    const [a, b, c] = [await seed('a@x.example'), await seed('b@x.example'), await seed('c@x.example')];
    const { id } = await asKey((change) => createGroupIn(change, { name: 'Kernel' }));
    expect(await asKey((change) => changeGroupMembersIn(change, id, { add: [a, b, a] }))).toEqual({
      added: [a, b],
      removed: [],
    });
    expect(await asKey((change) => replaceGroupMembersIn(change, id, [b, c]))).toEqual({ added: [c], removed: [a] });
    expect(await asKey((change) => replaceGroupMembersIn(change, id, [b, c]))).toEqual({ added: [], removed: [] });
    expect(await membersOf(id)).toEqual([b, c].sort());
    expect(await asKey((change) => replaceGroupMembersIn(change, id, []))).toMatchObject({ added: [] });
    await asKey((change) => changeGroupIn(change, id, { name: 'Linux' }));
    await asKey((change) => changeGroupIn(change, id, { name: 'Linux' }));
    await asKey((change) => removeGroupIn(change, id));
    expect(await events('group.members-changed')).toHaveLength(3);
    expect(await events('group.updated')).toHaveLength(1);
    expect(await events('group.deleted')).toMatchObject([{ subject_label: 'Linux' }]);
  });

  test('somebody who is not there any more refuses the whole change, or is left out', async () => {
    const a = await directory.seed('a@x.example');
    const { id } = await asKey((change) => createGroupIn(change, { name: 'Kernel' }));
    const add = [a, 'mem_gone'];
    await expect(asKey((change) => changeGroupMembersIn(change, id, { add }))).rejects.toMatchObject({
      code: 'not-found',
      details: { memberIds: ['mem_gone'] },
    });
    expect(await membersOf(id)).toEqual([]);
    await asKey((change) => changeGroupMembersIn(change, id, { add, unknown: 'ignore' }));
    expect(await membersOf(id)).toEqual([a]);
  });

  test('a name that is taken names its group', async () => {
    const taken = await directory.addGroup('Kernel');
    await expect(asKey((change) => createGroupIn(change, { name: 'KERNEL' }))).rejects.toMatchObject({
      code: 'already-exists',
      details: { groupId: taken },
    });
  });

  test('leaving a group that gives a role is told to running calls', async () => {
    const a = await directory.seed('a@x.example');
    const groupId = await directory.addGroup('Kernel', [a], 'scim');
    await asKey((change) => changeGroupMembersIn(change, groupId, { add: [a] }));
    expect(signals).toEqual([]);
    await directory.giveToGroup(groupId, 'codex-user');
    await asKey((change) => changeGroupMembersIn(change, groupId, { remove: [a] }));
    expect(signals).toEqual([{ workspaceId: directory.workspaceId, memberId: null, because: 'roles-changed' }]);
  });

  test('refuse name, members and deletion by hand; the description is ours; they can be taken over', async () => {
    const { as, ownerId, seed, addGroup } = directory;
    const a = await seed('a@x.example');
    const id = await addGroup('Kernel', [], 'scim');
    const owner = as(ownerId);
    const refusals = [
      await owner.call('PATCH', `/groups/${id}`, { name: 'Other' }),
      await owner.call('POST', `/groups/${id}/members`, { add: [a] }),
      await owner.call('DELETE', `/groups/${id}`),
      await owner.call('POST', '/members/invitations', { people: [{ email: 'b@x.example' }], groupIds: [id] }),
    ];
    for (const answer of refusals) expect(answer).toMatchObject({ status: 409, body: { code: 'scim-managed' } });
    const described = await owner.call('PATCH', `/groups/${id}`, {
      name: 'Kernel',
      description: 'People of the kernel',
    });
    expect(described).toMatchObject({ status: 200, body: { description: 'People of the kernel' } });
    expect(await owner.call('POST', `/groups/${id}/manual`)).toMatchObject({ body: { source: 'manual' } });
    expect((await owner.call('POST', `/groups/${id}/members`, { add: [a] })).status).toBe(200);
  });

  test('may have longer names than those given here', async () => {
    const { as, ownerId, addGroup } = directory;
    const name = 'Kernel '.repeat(30).trim();
    const id = await addGroup(name, [], 'scim');
    const owner = as(ownerId);
    expect(await owner.call('GET', '/groups')).toMatchObject({ status: 200, body: { items: [{ id, name }] } });
    expect(await owner.call('PATCH', `/groups/${id}`, { description: 'Ours' })).toMatchObject({ body: { name } });
  });

  test('what was removed at the same moment is a conflict, and nothing is changed', async () => {
    const groupId = await directory.addGroup('Kernel');
    const row = { workspace_id: directory.workspaceId, group_id: groupId, member_id: 'mem_gone', added_at: new Date() };
    const adding = asKey(({ tx }) => insertMemberships(tx, [row]));
    await expect(adding).rejects.toMatchObject({ code: 'conflict', status: 409 });
  });
});
