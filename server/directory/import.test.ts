import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ImportPreview } from '#contract/directory-imports.ts';
import { openDirectory } from '#testing/open-directory.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { readPeopleList } from './read-people-list.ts';

describe('a list is read', () => {
  const emails = (text: string) => readPeopleList(text).people.map(({ email }) => email);

  test.each([
    ['without names of columns', 'a@x.example,A,Admin,One;Two'],
    ['with them in another order', 'Groups,E-Mail,Display name,Role\nOne|Two,A@x.example,A,Admin'],
    ['with semicolons', 'email;name;roles;groups\na@x.example;A;Admin;One|Two'],
    ['with tabs', 'a@x.example\tA\tAdmin\tOne;Two'],
    ['with a byte order mark and Windows lines', '\uFEFFemail,name,roles,groups\r\na@x.example,A,Admin,"One;Two"\r\n'],
  ])('%s', (_what, text) => {
    expect(readPeopleList(text).people).toMatchObject([
      { email: 'a@x.example', name: 'A', roles: ['Admin'], groups: ['One', 'Two'] },
    ]);
  });

  test('lines are those of the file, through empty lines and quoted line breaks', () => {
    const { people } = readPeopleList('email,name\n\na@x.example,"A\nB"\n\nb@x.example,B\n');
    expect(people.map(({ line, email }) => [line, email])).toEqual([
      [3, 'a@x.example'],
      [6, 'b@x.example'],
    ]);
    expect(emails('a@x.example\nb@x.example')).toEqual(['a@x.example', 'b@x.example']);
  });

  test('without names of columns the widest line says how many there are', () => {
    expect(readPeopleList('a@x.example\nb@x.example,B,,One')).toMatchObject({
      columns: ['email', 'name', 'roles', 'groups'],
      people: [{ groups: [] }, { groups: ['One'] }],
    });
  });

  test('columns that are not understood are left out, and said', () => {
    expect(readPeopleList('email,cost centre,name\na@x.example,42,A')).toMatchObject({
      columns: ['email', null, 'name'],
      people: [{ email: 'a@x.example', name: 'A' }],
    });
  });

  test.each([
    ['', 'nobody in this list'],
    ['name,groups\nA,One', 'no column “email”'],
    ['email,name\n', 'nobody under the names'],
    ['a@x.example,"A\nb@x.example', 'Line 1: a quotation mark'],
    [Array.from({ length: 5001 }, (_, index) => `p${index}@x.example`).join('\n'), 'at most 5000'],
  ])('what cannot be read is refused: %#', (text, message) => {
    expect(() => readPeopleList(text)).toThrow(message);
  });
});

describe('a list is imported', () => {
  let services: TestServices;
  let directory: Awaited<ReturnType<typeof openDirectory>>;
  beforeAll(async () => {
    services = await openTestServices();
  });
  afterAll(() => services.close());
  beforeEach(async () => {
    directory = await openDirectory(services);
  });

  const preview = async (text: string, more: Record<string, unknown> = {}, who = directory.as(directory.ownerId)) =>
    (await who.call<ImportPreview>('POST', '/member-imports/preview', { text, ...more })).body;
  const run = (text: string, more: Record<string, unknown>, who = directory.as(directory.ownerId)) =>
    who.call<{ invitations: { email: string; link: string }[]; newGroups: string[] }>('POST', '/member-imports', {
      text,
      ...more,
    });
  const countMembers = async () => (await services.db.selectFrom('members').select('id').execute()).length;

  const mixed = [
    'email,name,roles,groups',
    'new@x.example,New,Codex admin,Kernel',
    'ada@example.com,Ada,,',
    'not an address,X,,',
    'new@x.example,Again,,',
    'other@x.example,Other,No such role,No such group',
    'synced@x.example,Synced,,From Okta',
  ].join('\n');

  test('every line is said what would happen to it, with line and column, and nothing happens', async () => {
    const { addGroup } = directory;
    await addGroup('Kernel');
    await addGroup('From Okta', [], 'scim');
    const answer = await preview(mixed);
    expect(answer).toMatchObject({ hasHeader: true, invited: 1, newGroups: [] });
    expect(
      answer.lines.map(({ line, problems }) => [line, problems.map(({ code, column }) => [code, column])]),
    ).toEqual([
      [2, []],
      [3, [['already-member', 'email']]],
      [4, [['wrong-address', 'email']]],
      [5, [['duplicate-line', 'email']]],
      [
        6,
        [
          ['unknown-role', 'roles'],
          ['unknown-group', 'groups'],
        ],
      ],
      [7, [['group-refused', 'groups']]],
    ]);
    expect(await countMembers()).toBe(1);
  });

  test('with a wrong line nobody is invited, unless such lines are to be left out', async () => {
    await directory.addGroup('Kernel');
    const refused = await run(mixed, { expected: 1 });
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(JSON.stringify(refused.body)).toContain('line 3');
    expect(await countMembers()).toBe(1);
    const done = await run(mixed, { expected: 2, skipProblems: true, unknownGroups: 'create' });
    expect(done).toMatchObject({ status: 200, body: { newGroups: ['From Okta'] } });
    expect(done.body.invitations.map(({ email }) => email)).toEqual(['new@x.example', 'synced@x.example']);
  });

  test('groups are created once, whatever their case; roles and groups are each person’s own; it is all recorded', async () => {
    const { as, ownerId, events } = directory;
    const text = 'a@x.example,A,Codex admin,Kernel;Docs\nb@x.example,,"Codex admin;admin",KERNEL\nc@x.example';
    expect(await preview(text, { unknownGroups: 'create' })).toMatchObject({
      invited: 3,
      newGroups: ['Kernel', 'Docs'],
    });
    const { body } = await run(text, { unknownGroups: 'create', expected: 3 });
    expect(body.invitations[0]?.link).toContain('/join-workspace#join-');
    const { body: page } = await as(ownerId).call<{ items: unknown[] }>('GET', '/members?status=invited&sort=email');
    expect(page.items).toMatchObject([
      {
        email: 'a@x.example',
        name: 'A',
        roles: [{ id: 'codex-admin' }],
        groups: [{ name: 'Docs' }, { name: 'Kernel' }],
      },
      { email: 'b@x.example', name: 'b@x.example', roles: [{ id: 'admin' }, { id: 'codex-admin' }] },
      { email: 'c@x.example', roles: [], groups: [] },
    ]);
    expect(await events('member.invited')).toHaveLength(3);
    expect(await events('members.imported')).toMatchObject([
      { payload: { invited: 3, newGroups: ['Kernel', 'Docs'] } },
    ]);
  });

  test('what changed since the preview refuses the whole list', async () => {
    await directory.seed('b@x.example');
    const answer = await run('a@x.example\nb@x.example', { expected: 2, skipProblems: true });
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(answer.body).toMatchObject({ message: expect.stringContaining('Preview it again') });
    expect(await countMembers()).toBe(2);
  });

  test('nobody gives by a list what they do not hold: roles, groups that give roles, new groups', async () => {
    const { seed, as, addGroup, giveToGroup } = directory;
    const admins = await addGroup('Admins');
    await giveToGroup(admins, 'admin');
    const manager = as(await seed('manager@example.com'), 'codex-user', ['members.write']);
    const of = async (text: string) =>
      (await preview(text, { unknownGroups: 'create' }, manager)).lines.map(({ problems }) => problems[0]?.code);
    expect(await of('a@x.example,A,Codex user\nb@x.example,B,,Admins\nc@x.example,C,,New one\nd@x.example')).toEqual([
      'role-refused',
      'group-refused',
      'unknown-group',
      undefined,
    ]);
  });

  test('five thousand people are invited at once', async () => {
    const text = Array.from({ length: 5000 }, (_, index) => `p${index}@x.example,P ${index},,Team ${index % 100}`).join(
      '\n',
    );
    const answer = await run(text, { unknownGroups: 'create', expected: 5000 });
    expect(answer.status).toBe(200);
    expect(new Set(answer.body.invitations.map(({ link }) => link)).size).toBe(5000);
    expect(answer.body.newGroups).toHaveLength(100);
  });

  test('and each of them may get several roles', async () => {
    const people = Array.from({ length: 5000 }, (_, index) => `p${index}@x.example,,Codex user;Codex admin;Admin`);
    expect((await run(people.join('\n'), { expected: 5000 })).status).toBe(200);
    expect(await services.db.selectFrom('role_grants').select('role_id').execute()).toHaveLength(15_001);
  });
});
