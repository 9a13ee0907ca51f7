import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';

let postgres: PostgresServer;
let opened: OpenDatabase;
beforeAll(async () => {
  postgres = await startPostgres();
  opened = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
});
afterAll(async () => {
  await opened.close();
  await postgres.stop();
});

test('a server counts what happens by itself, and "analytics rebuild" counts it again, with and without a server', async () => {
  const reeve = await openInstallation({ REEVE_DATABASE_URL: postgres.url });
  const server = await reeve.serve();
  const { owner, workspaceId } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  const nothing = await reeve.run(['analytics', 'rebuild']);
  expect(nothing.stdout).toBe('There are no events to count.\n');

  const at = new Date();
  const event = activityEvent({ workspaceId, sameAs: ['1'], reportedAt: at, memberId: owner.memberId, threadId: 't' });
  await recordEvents(opened.db, [event], at);
  const calls = async () => (await owner.api.analytics.summary({})).totals.calls;
  while ((await calls()) === 0) await wait(100);
  expect((await owner.api.analytics.status({})).freshness.waiting).toBe(0);

  await opened.db.updateTable('usage_totals').set({ calls: 7 }).execute();
  await opened.db.updateTable('usage_days').set({ calls: 7 }).execute();
  expect(await calls()).toBe(7);
  const asked = await reeve.run(['analytics', 'rebuild']);
  expect(asked.stdout).toContain('Done: the figures of 3 days');
  while ((await calls()) === 7) await wait(100);
  expect(await calls()).toBe(1);
  server.kill('SIGTERM');
  await server.exit;

  await opened.db.updateTable('usage_days').set({ calls: 7 }).execute();
  const alone = await reeve.run(['analytics', 'rebuild']);
  expect(alone.stderr).toBe('');
  expect(alone.stdout).toContain('Done: the figures of 3 days');
  const [day] = await opened.db.selectFrom('usage_days').select('calls').execute();
  expect(day?.calls).toBe(1);
});
