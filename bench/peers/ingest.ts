/** A whole Reeve that takes telemetry, and plain COPY of what it wrote into the same table. Argument: members with a token. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { sql } from 'kysely';
import { telemetryTokenOf } from '#server/policies/index.ts';
import { startTestReeve } from '#testing/start-reeve.ts';
import { seedMember, seedWorkspace } from '#testing/test-services.ts';

const members = Number(process.argv[2] ?? '20');
const environment = process.env.BENCH_DATABASE_URL ? { REEVE_DATABASE_URL: process.env.BENCH_DATABASE_URL } : {};
const reeve = await startTestReeve(environment);
const { db } = reeve.services;
const { pglite } = reeve.opened;
const { workspaceId } = await seedWorkspace(db);
const tokens: string[] = [];
for (let index = 0; index < members; index += 1) {
  const memberId = await seedMember(db, { workspaceId, email: `person-${index}@example.com` });
  tokens.push(await telemetryTokenOf(reeve.services, { workspaceId, memberId }));
}

let mostMemory = 0;
setInterval(() => {
  mostMemory = Math.max(mostMemory, process.memoryUsage.rss());
}, 50).unref();

const forget = () => sql`truncate activity_events, activity_due, activity_unknown, telemetry_senders`.execute(db);

/** The rows as one file (PostgreSQL: on the server's own disk) or one value in memory (PGlite), written back by one COPY. */
async function copyBack(): Promise<{ rows: number; copyMs: number }> {
  const { rows } = await db
    .selectFrom('activity_events')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  const file = join(tmpdir(), `reeve-bench-${process.pid}.copy`);
  const { blob } = pglite
    ? await pglite.query("copy activity_events to '/dev/blob'")
    : { blob: await sql`copy activity_events to ${sql.lit(file)}`.execute(db).then(() => undefined) };
  await forget();
  const startedAt = performance.now();
  if (pglite && blob) await pglite.query("copy activity_events from '/dev/blob'", [], { blob });
  else await sql`copy activity_events from ${sql.lit(file)}`.execute(db);
  const copyMs = performance.now() - startedAt;
  rmSync(file, { force: true });
  await forget();
  return { rows, copyMs };
}

process.on('message', async (asked) => {
  if (asked === 'copy') process.send?.({ ...(await copyBack()), mostMemory });
  if (asked === 'forget') {
    await forget();
    process.send?.({});
  }
});
process.once('disconnect', () => void reeve.close().finally(() => process.exit()));
process.send?.({ origin: reeve.origin, authorityFile: reeve.authorityFile, tokens });
