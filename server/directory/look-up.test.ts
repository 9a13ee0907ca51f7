import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDirectory } from '#testing/open-directory.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let directory: Awaited<ReturnType<typeof openDirectory>>;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  directory = await openDirectory(services);
});

interface Page {
  items: { name: string; email: string }[];
  nextCursor: string | null;
}
const find = async (query: string): Promise<string[]> => {
  const { as, ownerId } = directory;
  const { status, body } = await as(ownerId).call<Page>('GET', `/members?${query}`);
  expect(status).toBe(200);
  return body.items.map(({ name }) => name);
};

async function seedPeople() {
  const { seed, addGroup, giveToGroup } = directory;
  const grace = await seed('grace@navy.example', { name: 'Grace Hopper' });
  const linus = await seed('linus@example.com', { name: 'Linus Torvalds', role: 'codex-admin' });
  const barbara = await seed('barbara@example.com', { name: 'Barbara Liskov' });
  await seed('alan@example.com', { name: 'Alan Turing' });
  const compilers = await addGroup('Compiler Engineering', [grace, barbara]);
  const kernel = await addGroup('Kernel', [linus, barbara], 'scim');
  await giveToGroup(compilers, 'analytics-viewer');
  await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', barbara).execute();
  await services.db.updateTable('members').set({ source: 'scim' }).where('id', '=', linus).execute();
  return { grace, linus, barbara, compilers, kernel };
}

test.each([
  ['a part of the name', 'hopp', ['Grace Hopper']],
  ['a part of the address', 'navy', ['Grace Hopper']],
  ['a part of a group’s name', 'ernel', ['Barbara Liskov', 'Linus Torvalds']],
  ['whatever the case', 'COMPILER ENG', ['Barbara Liskov', 'Grace Hopper']],
  ['one or two characters', 'ho', ['Grace Hopper']],
  ['nothing of this', 'nobody of this name', []],
  ['signs of patterns, literally', '%', []],
])('a search finds %s', async (_what, search, names) => {
  await seedPeople();
  expect(await find(`search=${encodeURIComponent(search)}`)).toEqual(names);
});

test('filters add up, and each way to a role counts', async () => {
  const { compilers } = await seedPeople();
  expect(await find('status=suspended')).toEqual(['Barbara Liskov']);
  expect(await find('source=scim')).toEqual(['Linus Torvalds']);
  expect(await find('grouped=no')).toEqual(['Ada Lovelace', 'Alan Turing']);
  expect(await find('grouped=yes&status=active')).toEqual(['Grace Hopper', 'Linus Torvalds']);
  expect(await find('roleId=codex-admin')).toEqual(['Linus Torvalds']);
  expect(await find('roleId=analytics-viewer')).toEqual(['Barbara Liskov', 'Grace Hopper']);
  expect(await find('roleId=codex-user')).toEqual(['Alan Turing']);
  expect(await find(`groupId=${compilers}&status=active`)).toEqual(['Grace Hopper']);
  expect(await find('search=example&roleId=analytics-viewer&status=suspended')).toEqual(['Barbara Liskov']);
});

test('within a group its own name finds nobody', async () => {
  const { compilers } = await seedPeople();
  expect(await find(`groupId=${compilers}&search=compiler`)).toEqual([]);
  expect(await find(`groupId=${compilers}&search=grace`)).toEqual(['Grace Hopper']);
});

test('counts follow the same filters, the chosen status aside', async () => {
  await seedPeople();
  const { as, ownerId } = directory;
  const count = async (query: string) => (await as(ownerId).call('GET', `/member-counts?${query}`)).body;
  const none = { active: 0, invited: 0, suspended: 0, deprovisioned: 0, isCapped: false };
  expect(await count('')).toEqual({ ...none, active: 4, suspended: 1 });
  expect(await count('search=kernel&status=active')).toEqual({ ...none, active: 1, suspended: 1 });
  expect(await count('grouped=no')).toEqual({ ...none, active: 2 });
});

test('few among thousands are found by the index, page after page, each once', async () => {
  const { workspaceId, as, ownerId } = directory;
  const at = new Date();
  const rows = Array.from({ length: 3000 }, (_, index) => ({
    id: `mem_${String(index).padStart(5, '0')}`,
    workspace_id: workspaceId,
    email: `p${index}@example.com`,
    name: index % 100 === 99 ? `Zaphod ${index}` : `Person ${index}`,
    status: 'active' as const,
    password_hash: null,
    created_at: at,
    last_active_at: null,
  }));
  await services.db.insertInto('members').values(rows).execute();
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await as(ownerId).call<Page>('GET', `/members?search=zaphod&limit=7${cursor}`);
    seen.push(...body.items.map(({ name }) => name));
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  expect(seen).toHaveLength(30);
  expect(new Set(seen).size).toBe(30);
  expect(seen).toEqual(seen.toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)));
});

test('groups are found by their name, by who is in them and by source', async () => {
  await seedPeople();
  const { as, ownerId } = directory;
  const groups = async (query: string) =>
    (await as(ownerId).call<Page>('GET', `/groups?${query}`)).body.items.map(({ name }) => name);
  expect(await groups('search=kern')).toEqual(['Kernel']);
  expect(await groups('member=liskov')).toEqual(['Compiler Engineering', 'Kernel']);
  expect(await groups('member=navy.ex')).toEqual(['Compiler Engineering']);
  expect(await groups('member=gr')).toEqual(['Compiler Engineering']);
  expect(await groups('source=scim')).toEqual(['Kernel']);
  expect(await groups('source=manual&member=torvalds')).toEqual([]);
});
