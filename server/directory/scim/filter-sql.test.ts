import fc from 'fast-check';
import { sql } from 'kysely';
import SCIMMY from 'scimmy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScimServer, type ScimServer } from '#testing/scim-server.ts';
import { filterSql } from './filter-sql.ts';
import { parseFilter } from './parse-filter.ts';
import { enterpriseUrn } from './schemas.ts';
import { listUsers, searchableUsers } from './user-queries.ts';

/**
 * The same filters over the same users, asked of the database and of scimmy's filter in memory. Texts are in lower case, because scimmy
 * tells cases apart; `not` with brackets and paths that lead nowhere are left out, because there scimmy differs from RFC 7644.
 */

const words = ['', 'a', 'ab', 'abc', 'b', 'bc', 'x y', "o'k", 'ä', '%', '_', 'a"b', 'c\\d'] as const;
const word = fc.constantFrom(...words);
const maybe = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: undefined });
const element = fc.record(
  { value: word, type: fc.constantFrom('work', 'home'), display: word, primary: fc.boolean() },
  { requiredKeys: ['value'] },
);
const user = fc.record({
  displayName: maybe(word),
  title: maybe(word),
  name: fc.record({ familyName: word, givenName: maybe(word) }),
  phoneNumbers: fc.array(element, { minLength: 1, maxLength: 3 }),
  department: word,
});

let scim: ScimServer;
beforeAll(async () => {
  scim = await openScimServer();
  for (const [index, { department, ...sent }] of fc.sample(user, { numRuns: 40, seed: 7 }).entries()) {
    const answer = await scim.call('POST', '/Users', {
      userName: `user-${String(index).padStart(2, '0')}@example.com`,
      ...JSON.parse(JSON.stringify(sent)),
      active: index % 3 !== 0,
      [enterpriseUrn]: { department: department || 'none' },
    });
    expect(answer.status).toBe(201);
  }
});
afterAll(() => scim.close());

const comparison = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const compared = (path: string) =>
  fc.tuple(comparison, word).map(([op, text]) => `${path} ${op} ${JSON.stringify(text)}`);
const single = fc.oneof(
  compared('name.familyName'),
  compared(`${enterpriseUrn}:department`),
  compared('userName'),
  fc.constantFrom('displayName', 'title', 'name.givenName').map((path) => `${path} pr`),
  fc.constantFrom('displayName', 'title').chain((path) => compared(path).map((text) => `${path} pr and ${text}`)),
  fc.tuple(fc.constantFrom('eq', 'ne'), fc.boolean()).map(([op, value]) => `active ${op} ${value}`),
);
const inElement = fc.oneof(compared('value'), fc.constantFrom('type eq "work"', 'type eq "home"', 'primary eq true'));
const multi = fc.oneof(
  compared('phoneNumbers.value'),
  inElement.map((inner) => `phoneNumbers[${inner}]`),
  fc.tuple(inElement, inElement).map(([one, other]) => `phoneNumbers[${one} and ${other}]`),
);
/** Each attribute once: what is said of one list in two places scimmy asks of the same element. */
const attributeOf = (filter: string): string => filter.split(/[ [.]/)[0] ?? '';
const joined = fc
  .uniqueArray(fc.oneof({ weight: 3, arbitrary: single }, { weight: 1, arbitrary: multi }), {
    minLength: 1,
    maxLength: 3,
    selector: attributeOf,
  })
  .chain((parts) => fc.constantFrom(' and ', ' or ').map((joint) => parts.join(joint)));

/** Null where scimmy throws or reads a text otherwise: that says nothing about us. It keeps escapes as they are written. */
function inMemory(filter: string, users: Record<string, unknown>[]): string[] | null {
  if (filter.includes('\\')) return null;
  try {
    return new SCIMMY.Types.Filter(filter).match(users).map(({ id }: { id: string }) => id);
  } catch {
    return null;
  }
}

test('the database finds whom scimmy finds', async () => {
  const { db } = scim.services;
  const everything = { where: null, orderBy: null, isDescending: false, offset: 0, limit: 500 };
  const rows = await listUsers(db, scim.workspaceId, everything);
  const users = rows.map(({ id, attributes }) => {
    const extension = Object.entries(attributes[enterpriseUrn] as object);
    return {
      id,
      ...attributes,
      ...Object.fromEntries(extension.map(([key, value]) => [`${enterpriseUrn}:${key}`, value])),
    };
  });
  expect(users).toHaveLength(40);
  let agreed = 0;
  await fc.assert(
    fc.asyncProperty(joined, async (filter) => {
      const wanted = inMemory(filter, users);
      const where = filterSql(parseFilter(filter), searchableUsers);
      const found = (await listUsers(db, scim.workspaceId, { ...everything, where })).map(({ id }) => id);
      if (wanted === null) return;
      agreed += 1;
      expect(found, filter).toEqual(wanted);
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(agreed).toBeGreaterThan(100);
});

test('negation is of everything in the brackets, and true of what is not there', async () => {
  const count = async (filter: string) =>
    (await scim.call('GET', `/Users?count=0&filter=${encodeURIComponent(filter)}`)).body.totalResults ?? 0;
  const all = 40;
  for (const filter of [
    'title pr',
    'title eq "a"',
    'title eq "a" and active eq true',
    'title co "a" or phoneNumbers.value sw "b"',
    'phoneNumbers[type eq "work" and value co "a"]',
    'name.givenName eq null',
    'emails pr',
  ])
    expect((await count(filter)) + (await count(`not (${filter})`)), filter).toBe(all);
  expect(await count('not (title pr) and not (not (active eq true))')).toBe(
    await count('active eq true and title eq null'),
  );
});

test.each([
  ['userName eq "user-01@example.com"', 'scim_users_by_user_name'],
  ['externalId eq "e-1" and active eq true', 'scim_users_by_external_id'],
])('the look-up by %s uses its index', async (filter, index) => {
  const plan = await scim.services.db.transaction().execute(async (tx) => {
    // A table of this size is read whole otherwise.
    await sql`set local enable_seqscan = off`.execute(tx);
    const where = filterSql(parseFilter(filter), searchableUsers);
    const query = sql`select s.member_id from scim_users s where s.workspace_id = ${scim.workspaceId} and ${where}`;
    return JSON.stringify((await sql`explain ${query}`.execute(tx)).rows);
  });
  expect(plan).toContain(index);
});
