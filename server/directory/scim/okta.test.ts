import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupUrn, openScimServer, patchOf, type ScimServer, userUrn } from '#testing/scim-server.ts';

/**
 * The requests of Okta's SCIM 2.0 test suite (developer.okta.com, "Test your SCIM API") in its order, and what it asserts of the answers;
 * after it, what Okta's reference says its integrations send.
 */

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error';
const filterBy = (filter: string) => `/Users?filter=${encodeURIComponent(filter)}`;

let scim: ScimServer;
const okta: Record<string, string> = {};
beforeAll(async () => {
  scim = await openScimServer();
  await scim.call('POST', '/Users', {
    schemas: [userUrn],
    userName: 'first@example.com',
    name: { givenName: 'First', familyName: 'User' },
    emails: [{ primary: true, value: 'first@example.com', type: 'work' }],
    active: true,
  });
});
afterAll(() => scim.close());

const random = {
  schemas: [userUrn],
  userName: 'Runscope300abc@atko.example',
  name: { givenName: 'Runscope', familyName: 'Abcde' },
  emails: [{ primary: true, value: 'runscope300abc@atko.example', type: 'work' }],
  displayName: 'Runscope Abcde',
  active: true,
};

test('users can be listed', async () => {
  const { status, body, headers } = await scim.call('GET', '/Users?count=1&startIndex=1');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('application/scim+json');
  expect(body).toMatchObject({ schemas: [listUrn], itemsPerPage: 1, startIndex: 1, totalResults: 1 });
  expect(body.Resources?.[0]).toMatchObject({
    id: expect.any(String),
    name: { familyName: 'User', givenName: 'First' },
    userName: 'first@example.com',
    active: true,
    emails: [{ value: 'first@example.com' }],
  });
  okta.first = body.Resources?.[0]?.id ?? '';
});

test('one user can be read', async () => {
  const { status, body } = await scim.call('GET', `/Users/${okta.first}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: okta.first, active: true, userName: 'first@example.com' });
});

test('an unknown user name is an empty list, an unknown id a 404', async () => {
  const unknown = await scim.call('GET', filterBy('userName eq "abcdefgh@atko.example"'));
  expect(unknown).toMatchObject({ status: 200, body: { schemas: [listUrn], totalResults: 0 } });
  const missing = await scim.call('GET', '/Users/010101001010101011001010101011');
  expect(missing).toMatchObject({ status: 404, body: { schemas: [errorUrn], status: '404' } });
  expect(missing.body.detail).toMatch(/no user/);
});

test('a user is created, is there, and cannot be created again', async () => {
  expect(await scim.call('GET', filterBy(`userName eq "${random.userName}"`))).toMatchObject({
    body: { totalResults: 0 },
  });
  const { status, body, headers } = await scim.call('POST', '/Users', random);
  expect(status).toBe(201);
  expect(body).toMatchObject({ active: true, name: random.name, userName: random.userName, schemas: [userUrn] });
  expect(headers.get('location')).toBe(`https://reeve.test:8443/scim/v2/Users/${body.id}`);
  okta.random = body.id;
  expect(await scim.call('GET', `/Users/${body.id}`)).toMatchObject({ status: 200, body: { name: random.name } });
  const again = await scim.call('POST', '/Users', { ...random, emails: [{ primary: true, value: random.userName }] });
  expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness', status: '409' } });
});

test('the case of a user name does not matter', async () => {
  const { body } = await scim.call('GET', filterBy(`userName eq "${random.userName.toUpperCase()}"`));
  expect(body.Resources?.map(({ id }) => id)).toEqual([okta.random]);
});

test('groups can be listed, also when there is none', async () => {
  const { status, body } = await scim.call('GET', '/Groups?startIndex=1&count=100');
  expect(status).toBe(200);
  expect(body).toMatchObject({ schemas: [listUrn], startIndex: 1, totalResults: 0, Resources: [] });
});

test('a profile is pushed with PUT, deactivation and reactivation with PATCH', async () => {
  const put = await scim.call('PUT', `/Users/${okta.random}`, {
    ...random,
    id: okta.random,
    name: { givenName: 'Anna', familyName: 'Abcde', middleName: 'Excited' },
    displayName: 'Anna Abcde',
    locale: 'en-US',
    groups: [],
    meta: { resourceType: 'User' },
  });
  expect(put).toMatchObject({ status: 200, body: { name: { givenName: 'Anna', middleName: 'Excited' } } });
  const off = await scim.call('PATCH', `/Users/${okta.random}`, patchOf({ op: 'replace', value: { active: false } }));
  expect(off).toMatchObject({ status: 200, body: { active: false } });
  expect(await memberOf(okta.random ?? '')).toMatchObject({ status: 'deprovisioned', name: 'Anna Abcde' });
  const on = await scim.call('PATCH', `/Users/${okta.random}`, patchOf({ op: 'replace', value: { active: true } }));
  expect(on).toMatchObject({ status: 200, body: { active: true } });
  expect(await memberOf(okta.random ?? '')).toMatchObject({ status: 'active' });
});

test('an import reads all pages', async () => {
  const names: unknown[] = [];
  for (let startIndex = 1; ; startIndex += 1) {
    const { body } = await scim.call('GET', `/Users?startIndex=${startIndex}&count=1`);
    if (body.Resources?.length === 0) break;
    expect(body.totalResults).toBe(2);
    names.push(...(body.Resources ?? []).map(({ userName }) => userName));
  }
  expect(names).toEqual(['first@example.com', random.userName]);
});

test('a group is pushed, renamed with its id beside the name, filled, emptied and deleted', async () => {
  const made = await scim.call('POST', '/Groups', { schemas: [groupUrn], displayName: 'Test SCIMv2', members: [] });
  expect(made).toMatchObject({ status: 201, body: { displayName: 'Test SCIMv2' } });
  const path = `/Groups/${made.body.id}`;
  const rename = { op: 'replace', value: { id: made.body.id, displayName: 'Test SCIMv2 renamed' } };
  expect((await scim.call('PATCH', path, patchOf(rename))).status).toBe(204);
  const add = { op: 'add', path: 'members', value: [{ value: okta.first, display: 'first@example.com' }] };
  const takeOut = { op: 'remove', path: `members[value eq "${okta.random}"]` };
  expect((await scim.call('PATCH', path, patchOf(takeOut, add))).status).toBe(204);
  expect(await scim.call('GET', path)).toMatchObject({
    body: { displayName: 'Test SCIMv2 renamed', members: [{ value: okta.first, type: 'User' }] },
  });
  const whole = { op: 'replace', path: 'members', value: [{ value: okta.random }] };
  expect((await scim.call('PATCH', path, patchOf(whole))).status).toBe(204);
  const replaced = await scim.call('GET', path);
  expect(replaced.body.members).toMatchObject([{ value: okta.random }]);
  const put = await scim.call('PUT', path, { schemas: [groupUrn], displayName: 'Test SCIMv2', members: [] });
  expect(put).toMatchObject({ status: 200, body: { displayName: 'Test SCIMv2' } });
  expect((await scim.call('DELETE', path)).status).toBe(204);
  expect((await scim.call('GET', path)).status).toBe(404);
});

const memberOf = (id: string) =>
  scim.services.db.selectFrom('members').selectAll().where('id', '=', id).executeTakeFirst();
