/** A whole Reeve that takes telemetry, and plain COPY of what it wrote into the same table. Argument: members with a token. */
import { readFileSync, rmSync } from 'node:fs';
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

let cpuBeforeMs = 0;
let mostMemory = 0;
setInterval(() => {
  mostMemory = Math.max(mostMemory, process.memoryUsage.rss());
}, 50).unref();

const forget = () => sql`truncate activity_events, activity_due, activity_unknown, telemetry_senders`.execute(db);

const tickMs = 10;

/** Processor time of this process and of the connections to PostgreSQL, of which none ends meanwhile. */
async function cpuMs(): Promise<number> {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1_000;
  if (pglite) return own;
  const { rows } = await sql<{
    pid: number;
  }>`select pid from pg_stat_activity where backend_type = 'client backend'`.execute(db);
  const ticks = rows.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return own + ticks.reduce((sum, each) => sum + each, 0) * tickMs;
}

/** The rows as one file (PostgreSQL: on the server's own disk) or one value in memory (PGlite), written back by one COPY. */
async function copyBack() {
  const ingestedCpuMs = (await cpuMs()) - cpuBeforeMs;
  const { rows } = await db
    .selectFrom('activity_events')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  const file = join(tmpdir(), `reeve-bench-${process.pid}.copy`);
  const { blob } = pglite
    ? await pglite.query("copy activity_events to '/dev/blob'")
    : { blob: await sql`copy activity_events to ${sql.lit(file)}`.execute(db).then(() => undefined) };
  await forget();
  const copyCpuBeforeMs = await cpuMs();
  const startedAt = performance.now();
  if (pglite && blob) await pglite.query("copy activity_events from '/dev/blob'", [], { blob });
  else await sql`copy activity_events from ${sql.lit(file)}`.execute(db);
  const copyMs = performance.now() - startedAt;
  const copyCpuMs = (await cpuMs()) - copyCpuBeforeMs;
  rmSync(file, { force: true });
  await forget();
  return { rows, copyMs, ingestedCpuMs, copyCpuMs };
}

process.on('message', async (asked) => {
  if (asked === 'copy') process.send?.({ ...(await copyBack()), mostMemory });
  if (asked === 'start') {
    cpuBeforeMs = await cpuMs();
    process.send?.({});
  }
});
process.once('disconnect', () => void reeve.close().finally(() => process.exit()));
process.send?.({ origin: reeve.origin, authorityFile: reeve.authorityFile, tokens });
