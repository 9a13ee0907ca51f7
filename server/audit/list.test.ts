import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { type Actor, record } from './index.ts';
import { auditRoutes } from './routes.ts';

interface Page {
  items: { id: string; event: string; sentence: string; subject: { id: string } | null; payload: unknown }[];
  nextCursor: string | null;
}

let services: TestServices;
let ada: Actor;
let browser: ReturnType<typeof apiClient>;
const start = Date.parse('2026-03-01T00:00:00Z');

const add = (actor: Actor, event: Parameters<typeof record>[2], seconds: number, label = 'Kernel') =>
  services.db.transaction().execute((tx) =>
    record(tx, actor, event, {
      at: new Date(start + seconds * 1000),
      subject: { kind: 'group', id: `grp_${seconds}`, label },
      before: { apiKey: 'sk-secret' },
    }),
  );

beforeAll(async () => {
  services = await openTestServices();
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  const other = await seedWorkspace(services.db, { name: 'Other' });
  ada = { kind: 'member', id: ownerId, label: 'Ada <ada@example.com>', workspaceId, ip: '192.0.2.1' };
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId });
  const router = { audit: auditRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
  browser = apiClient(app);
  // Several in the same instant, so that the id has to break ties.
  for (let index = 0; index < 9; index++) await add(ada, 'group.created', Math.floor(index / 3));
  await add({ ...ada, id: 'mem_linus', label: 'Linus <linus@example.com>' }, 'models.upstream-updated', 10, 'Upstream');
  await add({ ...ada, workspaceId: other.workspaceId }, 'group.deleted', 20);
});
afterAll(() => services.close());

const list = async (query: string): Promise<Page> => {
  const { status, body } = await browser.call<Page>('GET', `/audit?${query}`);
  expect(status).toBe(200);
  return body;
};

test('shows this workspace’s entries once, newest first, also while new ones come in', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  let extra = 30;
  do {
    const page: Page = await list(`limit=4${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
    await add(ada, 'group.updated', extra++);
  } while (cursor !== null);
  expect(seen).toHaveLength(10);
  expect(new Set(seen).size).toBe(10);
});

test('filters by event, actor, subject, time and part of a name', async () => {
  expect((await list('event=models.upstream-updated')).items).toHaveLength(1);
  expect((await list('actorId=mem_linus')).items).toHaveLength(1);
  expect((await list('subjectId=grp_1')).items).toHaveLength(3);
  expect((await list('search=LINUS')).items).toHaveLength(1);
  expect((await list('search=upstr')).items).toHaveLength(1);
  expect((await list('search=%25')).items).toHaveLength(0);
  const [from, to] = [new Date(start + 1000).toISOString(), new Date(start + 2000).toISOString()];
  expect((await list(`from=${from}&to=${to}`)).items).toHaveLength(3);
});

test('says what happened in a sentence and hides secrets', async () => {
  const { items } = await list('event=models.upstream-updated');
  expect(items[0]).toMatchObject({
    sentence: 'The model upstream was changed.',
    payload: { before: { apiKey: '(hidden)' } },
  });
});

test('a filter that does not exist is refused', async () => {
  expect((await browser.call('GET', '/audit?event=no.such-event')).status).toBe(400);
  for (const from of ['yesterday', '0000-01-01T00:00:00Z'])
    expect((await browser.call('GET', `/audit?from=${from}`)).status).toBe(400);
  expect((await browser.call('GET', '/audit?cursor=nonsense')).status).toBe(400);
});
