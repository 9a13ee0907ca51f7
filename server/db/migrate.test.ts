import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmptyDatabase } from '#testing/empty-database.ts';
import { seedMember, seedWorkspace } from '#testing/test-services.ts';
import { migrate } from './migrate.ts';
import type { OpenDatabase } from './open-database.ts';

let opened: OpenDatabase;
beforeAll(async () => {
  opened = await openEmptyDatabase();
});
afterAll(() => opened.close());

test('a migrated database needs nothing more', async () => {
  expect(await migrate(opened.db)).toEqual([]);
});

test('both engines read the same types', async () => {
  const { workspaceId } = await seedWorkspace(opened.db);
  await seedMember(opened.db, { workspaceId, email: 'grace@example.com' });
  const row = await opened.db
    .selectFrom('members')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      sql<number>`12.5::numeric`.as('numeric'),
      eb.fn.max('created_at').as('newest'),
    ])
    .executeTakeFirstOrThrow();
  expect(row.count).toBe(2);
  expect(row.numeric).toBe(12.5);
  expect(row.newest).toBeInstanceOf(Date);
});

test('a transaction that fails leaves nothing', async () => {
  const before = await opened.db.selectFrom('workspaces').selectAll().execute();
  const failing = opened.db.transaction().execute(async (tx) => {
    await seedWorkspace(tx, { name: 'Never' }).catch(() => undefined);
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  expect(await opened.db.selectFrom('workspaces').selectAll().execute()).toEqual(before);
});
