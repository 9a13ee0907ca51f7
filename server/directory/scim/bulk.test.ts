import { afterEach, beforeEach, expect, test } from 'vitest';
import { openScimServer, patchOf, type ScimServer } from '#testing/scim-server.ts';

let scim: ScimServer;
beforeEach(async () => {
  scim = await openScimServer();
});
afterEach(() => scim.close());

const bulk = (Operations: unknown[], more: Record<string, unknown> = {}) =>
  scim.call('POST', '/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    ...more,
    Operations,
  });
const user = (bulkId: string, userName: string) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName, emails: [{ value: `${userName}@example.com` }] },
});
const statuses = (operations: unknown) => (operations as { status: string }[]).map(({ status }) => status);

test('operations refer to what others make, also further down', async () => {
  const group = {
    method: 'post',
    path: '/Groups',
    bulkId: 'g',
    data: { displayName: 'Team', members: [{ value: 'bulkId:a' }, { value: 'bulkId:b' }] },
  };
  const { status, body } = await bulk([group, user('a', 'alice'), user('b', 'bob')]);
  expect(status).toBe(200);
  expect(body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
  expect(statuses(body.Operations)).toEqual(['201', '201', '201']);
  const groups = await scim.call('GET', '/Groups');
  expect(groups.body.Resources?.[0]?.members).toHaveLength(2);
  const [first] = body.Operations ?? [];
  const id = String(first?.location).split('/').at(-1);
  const rest = await bulk([
    { method: 'PATCH', path: `/Users/${id}`, data: patchOf({ op: 'replace', path: 'active', value: false }) },
    { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1"' },
    { method: 'DELETE', path: `/Users/${id}`, version: 'W/"2"' },
  ]);
  expect(statuses(rest.body.Operations)).toEqual(['200', '412', '204']);
});

test('what fails says why and undoes nothing else; after failOnErrors nothing more is tried', async () => {
  const operations = [user('a', 'alice'), user('b', 'alice'), user('c', 'ALICE'), user('d', 'dora')];
  const stopped = await bulk(operations, { failOnErrors: 2 });
  expect(statuses(stopped.body.Operations)).toEqual(['201', '409', '409']);
  expect(stopped.body.Operations?.[1]).toMatchObject({ response: { scimType: 'uniqueness', status: '409' } });
  const all = await bulk(operations);
  expect(statuses(all.body.Operations)).toEqual(['409', '409', '409', '201']);
});

test('references to nothing, to each other, and to what failed are refused one by one', async () => {
  const group = (bulkId: string, member: string) => ({
    method: 'POST',
    path: '/Groups',
    bulkId,
    data: { displayName: bulkId, members: [{ value: `bulkId:${member}` }] },
  });
  const { body } = await bulk([group('x', 'y'), group('y', 'x'), group('z', 'nobody'), user('a', 'alice')]);
  expect(statuses(body.Operations).sort()).toEqual(['201', '400', '400', '400']);
});

test('what cannot be part of a bulk request, and too much of it', async () => {
  const { body } = await bulk([
    { method: 'POST', path: '/Bulk', bulkId: 'b', data: {} },
    { method: 'POST', path: '/Users', data: { userName: 'x@example.com' } },
    { method: 'DELETE', path: '/Users' },
  ]);
  expect(statuses(body.Operations)).toEqual(['400', '400', '400']);
  const many = Array.from({ length: 1001 }, (_, index) => ({ method: 'DELETE', path: `/Users/${index}` }));
  expect((await bulk(many)).status).toBe(413);
  expect((await bulk([])).status).toBe(400);
});
