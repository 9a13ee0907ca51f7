/** Verifying an export of a million entries, against plain SHA-256 of the same bytes; and what the chain costs whoever writes an entry. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { firstPrevious, linkHash } from '#server/audit/chain/chain-link.ts';
import { signCheckpoint } from '#server/audit/chain/checkpoint.ts';
import { GrowingTree } from '#server/audit/chain/merkle-tree.ts';
import { personalFieldsOf, sealContent } from '#server/audit/chain/sealed-content.ts';
import { readKeys, record, recordAll, systemActor, verifyExport } from '#server/audit/index.ts';
import { readLines } from '#server/commands/audit/read-evidence.ts';
import { newId } from '#server/crypto/ids.ts';
import { migrate } from '#server/db/migrate.ts';
import { type Database, openDatabase } from '#server/db/open-database.ts';
import { makeTestKey } from '#testing/audit-history.ts';
import { startPostgres } from '#testing/servers/postgres.ts';

const entries = Number(process.env.BENCH_ENTRIES ?? 1_000_000);
const perCheckpoint = 50_000;
const chain = newId('ws');
const key = await makeTestKey('bench');
const at = '2026-03-01T12:00:00.000Z';
const print = (text: string) => process.stdout.write(`${text}\n`);

/** What most entries look like: a change of a few fields by a member. */
const contentOf = (place: number) => ({
  id: newId('aud'),
  at,
  event: 'member.updated',
  actor: { kind: 'member', id: 'mem_01a2186b83ec7edaa95a3e998d02df56', label: 'Ada Lovelace <ada@example.com>' },
  subject: { kind: 'member', id: `mem_${place}`, label: `Person ${place} <person-${place}@example.com>` },
  ip: '192.0.2.1',
  payload: {
    before: { name: `Person ${place}`, count: place },
    after: { name: `Person No ${place}`, count: place + 1 },
  },
});

async function* exportLines() {
  yield `${JSON.stringify({ kind: 'reeve-audit', v: 1, chain, exportedAt: at, keys: [key.jwk], rotations: [] })}\n`;
  const tree = new GrowingTree();
  let previous = firstPrevious;
  let number = 0;
  let before: string | null = null;
  for (let seq = 1; seq <= entries; seq++) {
    const content = contentOf(seq);
    const { text, salts } = sealContent(content);
    const hash = linkHash({ chain, seq, previous, seal: text });
    const open = personalFieldsOf(content).map(({ value }, place) => [salts[place], value]);
    yield `{"kind":"entry","seq":${seq},"previous":"${previous}","hash":"${hash}","seal":${text},"open":${JSON.stringify(open)}}\n`;
    tree.append(hash);
    previous = hash;
    if (seq % perCheckpoint !== 0 && seq !== entries) continue;
    number += 1;
    const claims = { v: 1 as const, chain, number, size: seq, root: tree.root(), head: hash, at, previous: before };
    const jws = await signCheckpoint(claims, key);
    before = createHash('sha256').update(jws).digest('hex');
    yield `${JSON.stringify({ kind: 'checkpoint', jws, timeStamps: [] })}\n`;
  }
  yield `${JSON.stringify({ kind: 'end', entries })}\n`;
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
};

async function verifyMany(folder: string): Promise<void> {
  const file = join(folder, 'log.jsonl');
  await pipeline(Readable.from(exportLines()), createWriteStream(file));
  const { size } = await stat(file);
  const hashSeconds = await timed(async () => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  });
  let mostBytes = 0;
  const watch = setInterval(() => {
    mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
  }, 50);
  let isValid = false;
  const cpuBefore = process.cpuUsage();
  const seconds = await timed(async () => {
    ({ isValid } = await verifyExport(readLines(file), { keys: await readKeys([key.jwk]) }));
  });
  clearInterval(watch);
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  if (!isValid) throw new Error('what was written does not verify');
  print(
    `verify: ${entries} entries, ${Math.round(size / 1e6)} MB in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of one core)`,
  );
  print(
    `  ${Math.round(entries / cpuSeconds)} entries a second and core; 10 M would take ${Math.round(1e7 / (entries / cpuSeconds))} s`,
  );
  print(
    `  plain SHA-256 of the same bytes takes ${hashSeconds.toFixed(1)} s: ${(seconds / hashSeconds).toFixed(1)} times that`,
  );
  print(`  at most ${Math.round(mostBytes / 1e6)} MB of memory`);
}

const subject = { kind: 'member', id: 'mem_1', label: 'Grace Hopper <grace@example.com>' };
const entry = (count: number) => ({
  at: new Date(),
  subject,
  before: { name: 'Grace', count },
  after: { name: 'Hopper' },
});

/** The same rows without seal, salts and link: what writing an entry cost before. */
async function withoutChain(db: Database, work: () => Promise<void>): Promise<number> {
  await sql`alter table audit_events disable trigger chain_audit_event`.execute(db);
  try {
    return await timed(work);
  } finally {
    await sql`alter table audit_events enable trigger chain_audit_event`.execute(db);
  }
}

async function recordMany(name: string, db: Database): Promise<void> {
  await migrate(db);
  const actor = systemActor('bench', newId('ws'));
  const single = async () => {
    for (let count = 0; count < 500; count++)
      await db.transaction().execute((tx) => record(tx, actor, 'member.updated', entry(count)));
  };
  const many = () =>
    db.transaction().execute((tx) =>
      recordAll(
        tx,
        actor,
        'member.updated',
        Array.from({ length: 20_000 }, (_, count) => entry(count)),
      ),
    );
  await single();
  const seconds = { plain: 0, chained: 0, plainMany: 0, chainedMany: 0 };
  for (let round = 0; round < 3; round++) {
    seconds.plain += await withoutChain(db, single);
    seconds.chained += await timed(single);
    seconds.plainMany += await withoutChain(db, many);
    seconds.chainedMany += await timed(many);
  }
  const each = (total: number, count: number) => `${((total / count) * 1e6).toFixed(0)} µs`;
  print(
    `record on ${name}: alone ${each(seconds.chained, 1_500)} chained, ${each(seconds.plain, 1_500)} without the link; of 20,000 in one transaction ${each(seconds.chainedMany, 60_000)} chained, ${each(seconds.plainMany, 60_000)} without`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
try {
  await verifyMany(folder);
  const embedded = await openDatabase({ url: null, dataFolder: folder });
  await recordMany('the embedded database', embedded.db);
  await embedded.close();
  const postgres = await startPostgres();
  const opened = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
  await recordMany('PostgreSQL', opened.db);
  await opened.close();
  await postgres.stop();
} finally {
  await rm(folder, { recursive: true, force: true });
}
