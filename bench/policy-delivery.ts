/**
 * `config/bundle` and token verification: requests a second against a bare node:https server that answers the same bytes, with 10,000
 * members, 500 groups and 200 policies, on the embedded database and on PostgreSQL. Goal: at least half of the bare server. Both are
 * asked in turns; the processor time of each is told as well, because the caller needs more of it than either and may be the limit.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPostgres } from '#testing/servers/postgres.ts';
import { load, type Measured, ms, perSecond, printTable, quantile, type Target, times, together } from './measure.ts';
import { startBare } from './peers/start-bare.ts';
import { startPeer } from './peers/start-peer.ts';

interface ReeveFacts {
  origin: string;
  authorityFile: string;
  tokens: string[];
}

const size = ['10000', '500', '200'];
const run = { concurrency: 16, calls: 1000 };
const rounds = 6;
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

const rows: string[][] = [];
async function measure(engine: string, environment: Record<string, string>): Promise<void> {
  const reeve = await startPeer<ReeveFacts>('reeve.ts', size, environment);
  const ca = readFileSync(join(dirname(reeve.facts.authorityFile), 'ca.pem'), 'utf8');
  const headers = { authorization: `Bearer ${reeve.facts.tokens[0]}`, 'user-agent': 'codex_exec/0.169.0 (bench)' };
  const target = (name: string, path: string): Target => ({
    name,
    url: `${reeve.facts.origin}${path}`,
    method: 'GET',
    headers,
    ca,
  });
  for (const each of [
    target('config/bundle', '/backend-api/wham/config/bundle'),
    target('token check (usage)', '/backend-api/wham/usage'),
  ]) {
    const { peer, ca: bareCa } = await startBare(folder, await read(each));
    const bare: Target = { name: 'bare', url: `https://localhost:${peer.facts.port}/`, method: 'GET', ca: bareCa };
    const sides = [
      { target: each, process: reeve, rounds: [] as Measured[], cpuMs: 0 },
      { target: bare, process: peer, rounds: [] as Measured[], cpuMs: 0 },
    ];
    for (const side of sides) await load(side.target, run);
    for (let round = 0; round < rounds; round += 1) {
      for (const side of sides) {
        const before = await side.process.cpuMs();
        side.rounds.push(await load(side.target, run));
        side.cpuMs += (await side.process.cpuMs()) - before;
      }
    }
    const [measured, limit] = sides.map((side) => together(side.rounds)) as [Measured, Measured];
    const [ownCpu, limitCpu] = sides.map(({ cpuMs }) => cpuMs / (run.calls * rounds)) as [number, number];
    const p99 = (of: Measured) =>
      quantile(
        of.samples.map(({ totalMs }) => totalMs),
        0.99,
      );
    rows.push([
      engine,
      each.name,
      perSecond(measured).toFixed(0),
      perSecond(limit).toFixed(0),
      times(perSecond(measured) / perSecond(limit)),
      `${ownCpu.toFixed(3)} / ${limitCpu.toFixed(3)} ms`,
      times(limitCpu / ownCpu),
      `${ms(p99(measured))} / ${ms(p99(limit))}`,
      String(measured.failures.length),
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
  'Policy delivery and token verification',
  [
    'database',
    'request',
    'a second',
    'bare node:https',
    'share',
    'processor time each, Reeve / bare',
    'share by processor time',
    'p99, Reeve / bare',
    'errors',
  ],
  rows,
);
