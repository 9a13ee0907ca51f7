import fc from 'fast-check';
import SCIMMY from 'scimmy';
import { expect, test } from 'vitest';
import { isReeveError } from '#server/fail.ts';
import { patchUser, readUser } from './patch-user.ts';
import { type Attributes, enterpriseUrn } from './schemas.ts';
import { type Operation, PatchRequest, readMessage } from './wire.ts';

const before = readUser({
  userName: 'grace@example.com',
  title: 'Dr',
  name: { givenName: 'Grace', familyName: 'Hopper' },
  emails: [
    { value: 'grace@example.com', type: 'work', primary: true },
    { value: 'grace@home.example', type: 'home' },
  ],
  active: true,
  [enterpriseUrn]: { department: 'Navy' },
});

const patchBy = (...Operations: unknown[]): Attributes =>
  patchUser(before, readMessage(PatchRequest, { Operations }).Operations);

test.each<[string, unknown, Attributes]>([
  [
    'another primary address',
    { op: 'add', path: 'emails', value: { value: 'g@new.example', primary: 'True' } },
    {
      emails: [
        { value: 'grace@example.com', type: 'work', primary: false },
        { value: 'grace@home.example', type: 'home' },
        { value: 'g@new.example', primary: true },
      ],
    },
  ],
  [
    'the primary one by a path',
    { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
    {
      emails: [
        { value: 'grace@example.com', type: 'work', primary: false },
        { value: 'grace@home.example', type: 'home', primary: true },
      ],
    },
  ],
  [
    'a value taken out of its element',
    { op: 'remove', path: 'emails[type eq "home"].value' },
    {
      emails: [{ value: 'grace@example.com', type: 'work', primary: true }],
    },
  ],
  [
    'an element by its value',
    { op: 'remove', path: 'emails', value: [{ value: 'grace@home.example' }] },
    {
      emails: [{ value: 'grace@example.com', type: 'work', primary: true }],
    },
  ],
  ['what is not there', { op: 'remove', path: 'phoneNumbers[type eq "fax"].value' }, {}],
  ['null for a value', { op: 'replace', path: 'title', value: null }, { title: undefined }],
  [
    'a part of the name in another case',
    { op: 'REPLACE', path: 'NAME.FAMILYNAME', value: 'Murray' },
    {
      name: { givenName: 'Grace', familyName: 'Murray' },
    },
  ],
  [
    'the core schema in front',
    { op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:title', value: 'Adm' },
    {
      title: 'Adm',
    },
  ],
  ['the whole extension', { op: 'remove', path: enterpriseUrn }, { [enterpriseUrn]: undefined }],
  [
    'an element that a filter chooses',
    { op: 'replace', path: 'emails[type eq "home"]', value: { value: 'n@h.example' } },
    {
      emails: [
        { value: 'grace@example.com', type: 'work', primary: true },
        { value: 'n@h.example', type: 'home' },
      ],
    },
  ],
  ['one role, sent as a text', { op: 'add', path: 'roles', value: 'User' }, { roles: [{ value: 'User' }] }],
])('PATCH: %s', (_what, operation, changed) => {
  expect(JSON.parse(JSON.stringify(patchBy(operation)))).toEqual(JSON.parse(JSON.stringify({ ...before, ...changed })));
});

const text = fc.constantFrom('a', 'Ada', 'x@example.com');
const simplePath = fc.constantFrom('title', 'nickName', 'displayName', 'name.givenName', 'name.familyName');
const plain = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace'), path: simplePath, value: text }),
  fc.record({ op: fc.constant('remove'), path: simplePath }),
  fc.record({ op: fc.constantFrom('add', 'replace'), path: fc.constant(`${enterpriseUrn}:department`), value: text }),
  fc.record({ op: fc.constantFrom('add', 'replace'), path: fc.constant('emails[type eq "home"].value'), value: text }),
  fc.record({ op: fc.constantFrom('add', 'replace'), value: fc.record({ title: text, active: fc.boolean() }) }),
  fc.record({ op: fc.constant('replace'), path: fc.constant('active'), value: fc.boolean() }),
);

test('what scimmy applies comes out the same', async () => {
  const { PatchOp } = SCIMMY.Messages;
  await fc.assert(
    fc.asyncProperty(fc.array(plain, { minLength: 1, maxLength: 4 }), async (Operations) => {
      const resource = new SCIMMY.Schemas.User({ ...before, id: 'mem_1' });
      const request = { schemas: [PatchOp.id], Operations: structuredClone(Operations) };
      const applied = await new PatchOp(request as ConstructorParameters<typeof PatchOp>[0]).apply(resource);
      const theirs = readUser(JSON.parse(JSON.stringify(applied ?? resource)));
      expect(patchBy(...Operations)).toEqual(theirs);
    }),
    { numRuns: 200, seed: 3 },
  );
});

const anyValue = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text, fc.constant('True'));
const anyPath = fc.oneof(
  simplePath,
  fc.constantFrom('emails', 'emails[type eq "work"]', 'emails[value co "x"].type', 'active', 'userName', 'members'),
  fc.constantFrom(
    'emails[',
    'emails[]',
    'a.b.c',
    `${enterpriseUrn}:manager`,
    `${enterpriseUrn}:manager.value`,
    '__proto__',
  ),
  fc.constantFrom(
    'photos[value eq "https://x.example/a.b"].type',
    'name',
    'groups',
    'schemas',
    'roles[primary eq "True"].value',
  ),
  fc.string({ maxLength: 12 }),
);
const anything = fc.record(
  { op: fc.constantFrom('add', 'replace', 'remove', 'Add'), path: anyPath, value: anyValue },
  { requiredKeys: ['op'] },
);

test('whatever is sent, there is a valid user or a refusal that says why', () => {
  fc.assert(
    fc.property(fc.array(anything, { minLength: 1, maxLength: 4 }), (Operations) => {
      let operations: readonly Operation[];
      try {
        operations = readMessage(PatchRequest, { Operations }).Operations;
        const after = patchUser(before, operations);
        expect(readUser(after)).toEqual(after);
        expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
      } catch (error) {
        if (!isReeveError(error)) throw error;
        expect(error).toMatchObject({ code: 'bad-input', details: { scimType: expect.any(String) } });
        expect(error.message.length).toBeGreaterThan(5);
      }
    }),
    { numRuns: 2000 },
  );
});
