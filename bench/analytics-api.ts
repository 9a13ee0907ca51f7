/**
 * A page of 30,000 rows of the Analytics API, each a member's day with two clients and two models, against a bare node:https server that
 * sends the same bytes; on the embedded database and on PostgreSQL, in turns. With what the page weighs and what it adds to the memory.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPostgres } from '#testing/servers/postgres.ts';
import { load, type Measured, ms, printTable, quantile, type Target, times, together } from './measure.ts';
import { startBare } from './peers/start-bare.ts';
import { startPeer } from './peers/start-peer.ts';

interface ReeveFacts {
  origin: string;
  authorityFile: string;
  workspaceId: string;
  secret: string;
}

const size = ['30000', '3'];
const rounds = 8;
const folder = mkdtempSync(join(tmpdir(), 'reeve-bench-'));

const read = ({ url, headers, ca }: Target): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = https.get(url, { headers, ca }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => resolve(text));
    });
    request.once('error', reject);
  });

/** The most memory the process ever had, in MB. */
const peakMegabytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

const median = ({ samples }: Measured, what: 'firstByteMs' | 'totalMs') =>
  quantile(
    samples.map((sample) => sample[what]),
    0.5,
  );

const rows: string[][] = [];
async function measure(engine: string, environment: Record<string, string>): Promise<void> {
  const reeve = await startPeer<ReeveFacts>('usage-reeve.ts', size, environment);
  const { origin, authorityFile, workspaceId, secret } = reeve.facts;
  const address = `${origin}/v1/analytics/codex/workspaces/${workspaceId}/usage`;
  const target = (name: string, limit: number): Target => ({
    name,
    url: `${address}?limit=${limit}`,
    method: 'GET',
    headers: { authorization: `Bearer ${secret}` },
    ca: readFileSync(join(dirname(authorityFile), 'ca.pem'), 'utf8'),
  });
  await read(target('one row', 1));
  const before = peakMegabytes(reeve.pid);
  for (const each of [target('1,000 rows', 1_000), target('30,000 rows', 30_000)]) {
    const page = await read(each);
    const { peer, ca } = await startBare(folder, page);
    const bare: Target = { name: 'bare', url: `https://localhost:${peer.facts.port}/`, method: 'GET', ca };
    const sides = [each, bare].map((of) => ({ of, rounds: [] as Measured[] }));
    for (let round = 0; round < rounds; round += 1)
      for (const side of sides) side.rounds.push(await load(side.of, { concurrency: 1, calls: 1 }));
    const [own, limit] = sides.map((side) => together(side.rounds)) as [Measured, Measured];
    rows.push([
      engine,
      each.name,
      `${(Buffer.byteLength(page) / 1e6).toFixed(1)} MB`,
      ms(median(own, 'firstByteMs')),
      ms(median(own, 'totalMs')),
      ms(median(limit, 'totalMs')),
      times(median(own, 'totalMs') / median(limit, 'totalMs')),
      `${(peakMegabytes(reeve.pid) - before).toFixed(0)} MB over ${before.toFixed(0)} MB`,
      String(own.failures.length),
    ]);
    await peer.stop();
  }
  await reeve.stop();
}

await measure('PGlite', {});
const postgres = await startPostgres();
await measure('PostgreSQL', { BENCH_DATABASE_URL: postgres.url });
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
printTable(
  'A page of the Analytics API',
  ['database', 'page', 'size', 'first byte', 'whole', 'bare node:https', 'ratio', 'peak memory', 'errors'],
  rows,
);
