import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '#server/db/migrate.ts';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { writeEntryLine } from './chain/entry-line.ts';
import type { StoredEntry } from './chain/stored-entry.ts';
import { ChainVerifier } from './chain/verify-chain.ts';
import { listLinks } from './chain-queries.ts';
import { type Actor, record, systemActor } from './index.ts';

let postgres: PostgresServer;
const processes: OpenDatabase[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
  for (let count = 0; count < 2; count++)
    processes.push(await openDatabase({ url: postgres.url, dataFolder: 'memory' }));
  const [here] = processes;
  if (here) await migrate(here.db);
});
afterAll(async () => {
  for (const opened of processes) await opened.close();
  await postgres?.stop();
});

test('two processes with many writers, two chains and crossed locks make chains without a gap or a fork', async () => {
  const [one, two] = processes as [OpenDatabase, OpenDatabase];
  const { workspaceId, ownerId } = await seedWorkspace(one.db);
  const ada: Actor = { kind: 'member', id: ownerId, label: 'Ada', workspaceId, ip: null };
  const at = new Date('2026-03-01T12:00:00Z');
  const write = async (number: number) => {
    const { db } = number % 2 === 0 ? one : two;
    await db
      .transaction()
      .execute(async (tx) => {
        // Both chains in either order, around a row that all of them change.
        const steps = [
          () => record(tx, ada, 'member.updated', { at, after: { number } }),
          () => sql`update workspaces set updated_at = now() where id = ${workspaceId}`.execute(tx),
          () => record(tx, systemActor('test'), 'keys.rotated', { at, number }),
        ];
        for (const step of number % 3 === 0 ? steps : steps.reverse()) await step();
        if (number % 10 === 0) throw new Error('did not happen');
      })
      .catch((error: Error) => {
        if (error.message !== 'did not happen') throw error;
      });
  };
  await Promise.all(Array.from({ length: 300 }, (_, number) => write(number)));
  for (const chain of [workspaceId, 'installation']) {
    const rows = await listLinks(one.db, chain, { after: 0, limit: 1_000 });
    const problems: string[] = [];
    const verifier = new ChainVerifier(chain, ({ message }) => problems.push(message));
    for (const row of rows) verifier.add(JSON.parse(writeEntryLine(row, row as StoredEntry)));
    verifier.end();
    expect(problems).toEqual([]);
    expect(rows).toHaveLength(270);
  }
  const { rows } = await sql<{ count: number }>`select count(*) as count from audit_events e
    where not exists (select from audit_chain c where c.event_id = e.id)`.execute(one.db);
  expect(rows[0]?.count).toBe(0);
});
