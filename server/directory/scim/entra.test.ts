import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupUrn, openScimServer, patchOf, type ScimServer, userUrn } from '#testing/scim-server.ts';

/**
 * What Entra ID sends, after Microsoft's tutorial "Develop and plan provisioning for a SCIM endpoint", its list of SCIM compatibility
 * issues, and the cases of its SCIM validator: capitalised operations, booleans as texts, filtered paths that match nothing yet.
 */

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const filterBy = (resource: string, filter: string) => `/${resource}?filter=${encodeURIComponent(filter)}`;

let scim: ScimServer;
let userId: string;
let otherId: string;
beforeAll(async () => {
  scim = await openScimServer();
  otherId = (await scim.call('POST', '/Users', { userName: 'other@example.com', externalId: 'x-2' })).body.id;
});
afterAll(() => scim.close());

const patch = async (...operations: unknown[]) => {
  const answer = await scim.call('PATCH', `/Users/${userId}`, patchOf(...operations));
  expect(answer).toMatchObject({ status: 200 });
  return (await scim.call('GET', `/Users/${userId}`)).body;
};

test('the connection is tested with a user that cannot exist', async () => {
  const { status, body } = await scim.call(
    'GET',
    filterBy('Users', 'userName eq "7f7a6b08-5ac1-4bd0-8b39-f4f0a9c0a1c3"'),
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({ totalResults: 0, Resources: [] });
});

test('a user is created with the enterprise extension', async () => {
  const { status, body } = await scim.call('POST', '/Users', {
    schemas: [userUrn, enterprise],
    externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
    userName: 'Test_User_ab6490ee@testuser.example',
    active: true,
    addresses: null,
    displayName: 'lennay',
    emails: [{ primary: true, type: 'work', value: 'Test_User_fd0ea19b@testuser.example' }],
    meta: { resourceType: 'User' },
    name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
    phoneNumbers: [{ type: 'office', value: '+1 555 0100' }],
    profileUrl: '',
    roles: [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'User' }],
    [enterprise]: { department: 'Sales', employeeNumber: 123 },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
    schemas: [userUrn, enterprise],
    roles: [{ primary: true, value: 'User' }],
    phoneNumbers: [{ type: 'office' }],
    [enterprise]: { department: 'Sales', employeeNumber: '123' },
  });
  userId = body.id;
  const member = await scim.services.db.selectFrom('members').selectAll().where('id', '=', userId).executeTakeFirst();
  expect(member).toMatchObject({ email: 'test_user_fd0ea19b@testuser.example', name: 'lennay', source: 'scim' });
});

test('users are matched by userName, externalId and the address at work', async () => {
  const found = async (filter: string) =>
    (await scim.call('GET', filterBy('Users', filter))).body.Resources?.map(({ id }) => id);
  expect(await found('userName eq "test_user_AB6490EE@testuser.example"')).toEqual([userId]);
  expect(await found('externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')).toEqual([userId]);
  expect(await found('externalId eq "0A21F0F2-8D2A-4F8E-BF98-7363C4AED4EF"')).toEqual([]);
  expect(await found('emails[type eq "work"].value eq "test_user_fd0ea19b@testuser.example"')).toEqual([userId]);
  expect(await found('emails[type eq "home"].value eq "test_user_fd0ea19b@testuser.example"')).toEqual([]);
});

test('several attributes change in one request', async () => {
  const body = await patch(
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updatedEmail@example.com' },
    { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
    { op: 'Add', path: 'nickName', value: 'Nick' },
    { op: 'Replace', path: 'displayName', value: 'Len Nay' },
  );
  expect(body).toMatchObject({
    emails: [{ type: 'work', value: 'updatedEmail@example.com', primary: true }],
    name: { givenName: 'givenName', familyName: 'updatedFamilyName' },
    nickName: 'Nick',
  });
  const member = await scim.services.db.selectFrom('members').selectAll().where('id', '=', userId).executeTakeFirst();
  expect(member).toMatchObject({ email: 'updatedemail@example.com', name: 'Len Nay' });
});

test('a filtered path that matches nothing adds what it describes', async () => {
  const body = await patch(
    { op: 'Add', path: 'emails[type eq "other"].value', value: 'other@home.example' },
    { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0101' },
    { op: 'Add', path: 'addresses[type eq "work"].country', value: 'DE' },
  );
  expect(body.emails).toContainEqual({ type: 'other', value: 'other@home.example' });
  expect(body.phoneNumbers).toContainEqual({ type: 'mobile', value: '+1 555 0101' });
  expect(body.addresses).toEqual([{ type: 'work', country: 'DE' }]);
});

test('the role of an app is the primary one, chosen by a text, and replaced by the next', async () => {
  const path = 'roles[primary eq "True"].value';
  await patch({ op: 'Add', path, value: 'Reader' });
  const { roles } = await patch({ op: 'Replace', path, value: 'Writer' });
  expect(roles).toMatchObject([{ primary: true, value: 'Writer' }]);
});

test('extension paths, a manager as a bare id, and its removal', async () => {
  const added = await patch(
    { op: 'Add', path: `${enterprise}:department`, value: 'Marketing' },
    { op: 'Add', path: `${enterprise}:manager`, value: otherId },
  );
  expect(added[enterprise]).toMatchObject({ department: 'Marketing', manager: { value: otherId } });
  const removed = await patch({ op: 'Remove', path: `${enterprise}:manager` }, { op: 'Remove', path: 'nickName' });
  expect(removed[enterprise]).not.toHaveProperty('manager');
  expect(removed).not.toHaveProperty('nickName');
});

test('without a path, dotted and extension keys are attributes', async () => {
  const body = await patch({
    op: 'Replace',
    value: {
      displayName: 'Pvlo',
      'name.givenName': 'Pv',
      [`${enterprise}:department`]: 'Design',
      [enterprise]: { costCenter: '4130' },
      'emails[type eq "other"].value': 'else@home.example',
    },
  });
  expect(body).toMatchObject({
    displayName: 'Pvlo',
    name: { givenName: 'Pv', familyName: 'updatedFamilyName' },
    [enterprise]: { department: 'Design', costCenter: '4130' },
  });
  expect(body.emails).toContainEqual({ type: 'other', value: 'else@home.example' });
});

test('a user is disabled with the text “False” and enabled with “True”', async () => {
  expect(await patch({ op: 'Replace', path: 'active', value: 'False' })).toMatchObject({ active: false });
  const listed = await scim.call('GET', filterBy('Users', 'userName eq "Test_User_ab6490ee@testuser.example"'));
  expect(listed.body.Resources).toMatchObject([{ active: false, id: userId }]);
  expect(await patch({ op: 'Add', path: 'active', value: 'True' })).toMatchObject({ active: true });
});

test('the same change again changes nothing, the version included', async () => {
  const before = await scim.call('GET', `/Users/${userId}`);
  await patch({ op: 'Replace', path: 'displayName', value: 'Pvlo' });
  const after = await scim.call('GET', `/Users/${userId}`);
  expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
  expect(after.body).toEqual(before.body);
});

test('groups: created, found without members, renamed, filled by values and emptied by values', async () => {
  const made = await scim.call('POST', '/Groups', {
    schemas: [groupUrn, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
    displayName: 'displayName',
    meta: { resourceType: 'Group' },
  });
  expect(made).toMatchObject({ status: 201, body: { externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159' } });
  const path = `/Groups/${made.body.id}`;
  const found = await scim.call(
    'GET',
    `/Groups?excludedAttributes=members&filter=${encodeURIComponent('displayName eq "displayName"')}`,
  );
  expect(found.body.Resources).toMatchObject([{ id: made.body.id, displayName: 'displayName' }]);
  const send = async (...operations: unknown[]) =>
    expect((await scim.call('PATCH', path, patchOf(...operations))).status).toBe(204);
  await send({ op: 'Replace', path: 'displayName', value: '1879db59-3bdf' });
  await send({
    op: 'Add',
    path: 'members',
    value: [
      { $ref: null, value: userId },
      { $ref: null, value: otherId },
    ],
  });
  const isMember = async (id: string) =>
    (await scim.call('GET', filterBy('Groups', `id eq "${made.body.id}" and members eq "${id}"`))).body.totalResults;
  expect(await isMember(userId)).toBe(1);
  await send({ op: 'Remove', path: 'members', value: [{ $ref: null, value: userId }] });
  expect(await isMember(userId)).toBe(0);
  expect(await isMember(otherId)).toBe(1);
  const read = await scim.call('GET', `${path}?excludedAttributes=members`);
  expect(read.body).toMatchObject({ displayName: '1879db59-3bdf' });
  expect(read.body).not.toHaveProperty('members');
  expect((await scim.call('DELETE', path)).status).toBe(204);
});

test('a user is deleted, and what was deleted is not there', async () => {
  expect((await scim.call('DELETE', `/Users/${userId}`)).status).toBe(204);
  expect((await scim.call('GET', `/Users/${userId}`)).status).toBe(404);
  expect((await scim.call('DELETE', `/Users/${userId}`)).status).toBe(404);
  expect(
    (await scim.call('PATCH', `/Users/${userId}`, patchOf({ op: 'Replace', path: 'active', value: 'False' }))).status,
  ).toBe(404);
});
