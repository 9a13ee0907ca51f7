import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupUrn, openScimServer, patchOf, type ScimServer, userUrn } from '#testing/scim-server.ts';
import { seedKey } from '#testing/seed-key.ts';

let scim: ScimServer;
const ids: Record<string, string> = {};
beforeAll(async () => {
  scim = await openScimServer();
  for (const [name, title] of [
    ['carol', 'Engineer'],
    ['alice', 'Director'],
    ['bob', undefined],
  ] as const) {
    const emails = [
      { value: `${name}@example.com`, primary: true },
      { value: `z-${name}@example.com`, type: 'home' },
    ];
    const answer = await scim.call('POST', '/Users', { userName: name, title, emails, password: 'never kept 1' });
    ids[name] = answer.body.id;
  }
  const group = await scim.call('POST', '/Groups', { displayName: 'Team', members: [{ value: ids.alice }] });
  ids.team = group.body.id;
});
afterAll(() => scim.close());

const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error';

test('without a key, with a wrong one, and with one that has another scope', async () => {
  const send = (authorization: string) => scim.call('GET', '/Users', undefined, { authorization });
  for (const authorization of ['', 'Bearer', 'Bearer rk-nonsense', 'Basic eDp5']) {
    const answer = await send(authorization);
    expect(answer).toMatchObject({ status: 401, body: { schemas: [errorUrn], status: '401' } });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  }
  const { secret } = await seedKey(scim.services, { workspaceId: scim.workspaceId, scopes: ['audit.read'] });
  expect(await send(`Bearer ${secret}`)).toMatchObject({ status: 403, body: { status: '403' } });
});

test('another workspace sees nothing of this one', async () => {
  const at = new Date();
  const other = { id: 'ws_other', name: 'Other', fallback_policy_id: null, created_at: at, updated_at: at };
  await scim.services.db.insertInto('workspaces').values(other).execute();
  const { secret } = await seedKey(scim.services, { workspaceId: 'ws_other', scopes: ['scim'] });
  const as = { authorization: `Bearer ${secret}` };
  expect((await scim.call('GET', '/Users', undefined, as)).body.totalResults).toBe(0);
  expect((await scim.call('GET', `/Users/${ids.alice}`, undefined, as)).status).toBe(404);
  expect((await scim.call('DELETE', `/Users/${ids.alice}`, undefined, as)).status).toBe(404);
  expect((await scim.call('DELETE', `/Groups/${ids.team}`, undefined, as)).status).toBe(404);
  const made = await scim.call('POST', '/Groups', { displayName: 'Theirs', members: [{ value: ids.alice }] }, as);
  expect(made).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
});

test('what is not there, not allowed or not offered is refused in the words of SCIM', async () => {
  const statusOf = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
    const answer = await scim.call(method, path, body);
    expect(answer.body).toMatchObject({ schemas: [errorUrn], status: String(answer.status) });
    expect(answer.headers.get('content-type')).toContain('application/scim+json');
    return answer.status;
  };
  expect(await statusOf('GET', '/Me')).toBe(501);
  expect(await statusOf('GET', '/Nothing')).toBe(404);
  expect(await statusOf('POST', '/Schemas', {})).toBe(404);
  expect(await statusOf('PUT', '/Users', {})).toBe(404);
  expect(await statusOf('GET', '/Schemas?filter=id%20pr')).toBe(403);
  expect(await statusOf('POST', '/Users', '{ not json')).toBe(400);
  expect(await statusOf('POST', '/Users', { userName: 'x\u0000@example.com' })).toBe(400);
  expect(await statusOf('GET', '/Users/%00')).toBe(400);
  expect(await statusOf('POST', '/Users', { userName: `${'x'.repeat(1_100_000)}@example.com` })).toBe(413);
});

test('discovery says what holds', async () => {
  const config = await scim.call('GET', '/ServiceProviderConfig');
  expect(config.body).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
    filter: { supported: true, maxResults: 500 },
    etag: { supported: true },
    sort: { supported: true },
  });
  const types = await scim.call('GET', '/ResourceTypes');
  expect(types.body.Resources?.map(({ id }) => id)).toEqual(['User', 'Group']);
  expect((await scim.call('GET', '/ResourceTypes/User')).body).toMatchObject({ endpoint: '/Users', schema: userUrn });
  const schemas = await scim.call('GET', '/Schemas');
  expect(schemas.body.Resources?.map(({ id }) => id)).toEqual([
    userUrn,
    groupUrn,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  ]);
  expect((await scim.call('GET', `/Schemas/${userUrn}`)).body).toMatchObject({ name: 'User' });
  expect((await scim.call('GET', '/Schemas/urn:nothing')).status).toBe(404);
});

test('a password is neither kept nor shown', async () => {
  const rows = await scim.services.db.selectFrom('scim_users').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('never kept');
});

test('sorted, in pages, with only what was asked for', async () => {
  const names = async (query: string) =>
    (await scim.call('GET', `/Users?${query}`)).body.Resources?.map(({ userName }) => userName);
  expect(await names('sortBy=userName')).toEqual(['alice', 'bob', 'carol']);
  expect(await names('sortBy=userName&sortOrder=descending')).toEqual(['carol', 'bob', 'alice']);
  expect(await names('sortBy=title')).toEqual(['alice', 'carol', 'bob']);
  expect(await names('sortBy=emails&sortOrder=descending')).toEqual(['carol', 'bob', 'alice']);
  expect(await names('sortBy=meta.created')).toEqual(['carol', 'alice', 'bob']);
  expect(await names('sortBy=userName&startIndex=2&count=1')).toEqual(['bob']);
  expect(await names('sortBy=userName&startIndex=-3&count=-1')).toEqual([]);
  const counted = await scim.call('GET', '/Users?count=0');
  expect(counted.body).toMatchObject({ totalResults: 3, itemsPerPage: 0, Resources: [] });
  const all = await scim.call('GET', `/Users/${ids.alice}?attributes=&excludedAttributes=`);
  expect(all.body).toHaveProperty('emails');
  const some = await scim.call('GET', `/Users/${ids.alice}?attributes=userName,emails.value`);
  expect(some.body).toEqual({
    schemas: [userUrn],
    id: ids.alice,
    userName: 'alice',
    emails: [{ value: 'alice@example.com' }, { value: 'z-alice@example.com' }],
  });
  const without = await scim.call('GET', `/Users/${ids.alice}?excludedAttributes=emails,title,groups`);
  expect(without.body).toMatchObject({ userName: 'alice', active: true, meta: { resourceType: 'User' } });
  for (const name of ['emails', 'title', 'groups']) expect(without.body).not.toHaveProperty(name);
  const whole = await scim.call('GET', `/Users/${ids.alice}`);
  expect(whole.body.groups).toMatchObject([{ value: ids.team, display: 'Team', type: 'direct' }]);
  const asked = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'title pr', count: 1 };
  const searched = await scim.call('POST', '/Users/.search', { ...asked, attributes: ['title'], sortBy: 'title' });
  expect(searched.body).toMatchObject({ totalResults: 2, Resources: [{ title: 'Director' }] });
  expect(await scim.call('GET', '/Users?sortBy=nothing')).toMatchObject({ status: 400 });
  expect(await scim.call('GET', '/Users?count=many')).toMatchObject({
    status: 400,
    body: { scimType: 'invalidSyntax' },
  });
});

test.each([
  'userName eq',
  'userName xx "a"',
  'nothing eq "a"',
  'userName eq "a" and',
  '(userName eq "a"',
  'active eq "perhaps"',
  'active gt true',
  'meta.created gt "yesterday"',
  'emails[nothing eq "a"]',
  'password eq "never kept 1"',
  'members.value eq "x"',
  `userName eq "${'x'.repeat(5000)}"`,
  '; drop table members',
])('the filter %s is refused as a filter', async (filter) => {
  const answer = await scim.call('GET', `/Users?filter=${encodeURIComponent(filter)}`);
  expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidFilter' } });
});

test('what has a column or another table can be filtered too', async () => {
  const found = async (path: string, filter: string) =>
    (await scim.call('GET', `/${path}?filter=${encodeURIComponent(filter)}`)).body.Resources?.map(({ id }) => id);
  expect(await found('Users', `groups.value eq "${ids.team}"`)).toEqual([ids.alice]);
  expect(await found('Users', 'groups[display sw "tea" and type eq "direct"]')).toEqual([ids.alice]);
  await scim.services.db
    .updateTable('groups')
    .set({ source: 'manual' })
    .where('id', '=', ids.team ?? '')
    .execute();
  expect(await found('Users', `groups.value eq "${ids.team}"`)).toEqual([]);
  await scim.services.db
    .updateTable('groups')
    .set({ source: 'scim' })
    .where('id', '=', ids.team ?? '')
    .execute();
  expect(await found('Users', `id eq "${ids.bob}" or userName eq "carol"`)).toEqual([ids.carol, ids.bob]);
  expect(await found('Users', 'meta.created gt "2020-01-01T00:00:00Z" and active eq "True" and title pr')).toEqual([
    ids.carol,
    ids.alice,
  ]);
  expect(await found('Users', 'meta.lastModified lt "2020-01-01T00:00:00+02:00"')).toEqual([]);
  expect(await found('Groups', `members[value eq "${ids.alice}"]`)).toEqual([ids.team]);
  expect(await found('Groups', `members eq "${ids.bob}"`)).toEqual([]);
  expect(await found('Groups', 'displayName co "EA" and externalId eq null')).toEqual([ids.team]);
  expect(await found('Users', 'name[familyName eq "x"]')).toEqual([]);
});

test('a text with quotes and brackets is a text', async () => {
  for (const text of ['a"b', "o'brien", 'x[type eq "y"].value eq "z"', '%_\\'])
    expect(
      await scim.call('GET', `/Users?filter=${encodeURIComponent(`displayName eq ${JSON.stringify(text)}`)}`),
    ).toMatchObject({ status: 200, body: { totalResults: 0 } });
});

test('ETags: unchanged is 304, an old version is refused with 412 and changes nothing', async () => {
  const path = `/Users/${ids.bob}`;
  const first = await scim.call('GET', path);
  const etag = first.headers.get('etag') ?? '';
  expect(first.body.meta).toMatchObject({ version: etag });
  expect((await scim.call('GET', path, undefined, { 'if-none-match': etag })).status).toBe(304);
  const rename = patchOf({ op: 'add', path: 'title', value: 'Builder' });
  const changed = await scim.call('PATCH', path, rename, { 'if-match': etag });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('etag')).not.toBe(etag);
  for (const stale of [
    scim.call('PATCH', path, patchOf({ op: 'remove', path: 'title' }), { 'if-match': etag }),
    scim.call('PUT', path, { userName: 'bob', emails: [{ value: 'bob@example.com' }] }, { 'if-match': etag }),
    scim.call('DELETE', path, undefined, { 'if-match': etag }),
    scim.call('DELETE', `/Groups/${ids.team}`, undefined, { 'if-match': 'W/"99"' }),
  ])
    expect(await stale).toMatchObject({ status: 412, body: { status: '412' } });
  expect((await scim.call('GET', path)).body.title).toBe('Builder');
  expect((await scim.call('PATCH', path, patchOf({ op: 'remove', path: 'title' }), { 'if-match': '*' })).status).toBe(
    200,
  );
});

test.each<[string, unknown, number, string]>([
  ['an unknown operation', { op: 'move', path: 'title' }, 400, 'invalidSyntax'],
  ['a remove without a path', { op: 'remove' }, 400, 'noTarget'],
  ['an unknown attribute', { op: 'replace', path: 'shoeSize', value: '43' }, 400, 'invalidPath'],
  ['the id', { op: 'replace', path: 'id', value: 'x' }, 400, 'mutability'],
  ['the groups', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 400, 'mutability'],
  ['the userName away', { op: 'remove', path: 'userName' }, 400, 'invalidValue'],
  ['a value of the wrong type', { op: 'replace', path: 'active', value: 'perhaps' }, 400, 'invalidValue'],
  [
    'a filter that describes nothing',
    { op: 'replace', path: 'emails[value co "q"].type', value: 'x' },
    400,
    'noTarget',
  ],
  ['no address left', { op: 'remove', path: 'emails' }, 400, 'invalidValue'],
])('PATCH refuses %s', async (_what, operation, status, scimType) => {
  const before = await scim.call('GET', `/Users/${ids.alice}`);
  const body = patchOf({ op: 'replace', path: 'nickName', value: 'Al' }, operation);
  expect(await scim.call('PATCH', `/Users/${ids.alice}`, body)).toMatchObject({ status, body: { scimType } });
  expect((await scim.call('GET', `/Users/${ids.alice}`)).body).toEqual(before.body);
});

test.each<[string, unknown, string]>([
  [
    'a group inside a group',
    { op: 'add', path: 'members', value: [{ value: 'grp_1', type: 'Group' }] },
    'invalidValue',
  ],
  ['its name away', { op: 'remove', path: 'displayName' }, 'invalidValue'],
  ['what a member is called', { op: 'replace', path: 'members[value eq "x"].display', value: 'y' }, 'mutability'],
  ['an unknown attribute', { op: 'add', path: 'colour', value: 'y' }, 'invalidPath'],
])('PATCH of a group refuses %s', async (_what, operation, scimType) => {
  const answer = await scim.call('PATCH', `/Groups/${ids.team}`, patchOf(operation));
  expect(answer).toMatchObject({ status: 400, body: { scimType } });
});

test('members of a group go by any filter', async () => {
  const path = `/Groups/${ids.team}`;
  const all = { op: 'ADD', Path: 'MEMBERS', Value: [ids.alice, { value: ids.bob }, { Value: ids.carol }] };
  expect((await scim.call('PATCH', path, patchOf(all))).status).toBe(204);
  const takeOut = { op: 'remove', path: 'members[display sw "ali" or display eq "BOB"]' };
  expect((await scim.call('PATCH', path, patchOf(takeOut))).status).toBe(204);
  expect((await scim.call('GET', path)).body.members).toMatchObject([{ value: ids.carol }]);
  expect((await scim.call('PATCH', path, patchOf({ op: 'remove', path: 'members' }))).status).toBe(204);
  expect((await scim.call('GET', path)).body.members).toEqual([]);
});

test('calls of one key are limited, and the answer says when to go on', async () => {
  const limited = await openScimServer({ requestsEachMinute: 2 });
  await limited.call('GET', '/Users');
  await limited.call('GET', '/Users');
  const refused = await limited.call('GET', '/Users');
  expect(refused).toMatchObject({ status: 429, body: { status: '429' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await limited.close();
});
