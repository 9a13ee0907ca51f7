/**
 * What the way out of a task costs: Reeve's proxy beside a direct connection and beside Debian's tinyproxy and squid, the same server, one
 * run. The others pass TLS on unread; Reeve reads the method inside, so it encrypts everything twice. Client, proxy and server are
 * processes of their own; connections are kept alive, except by tinyproxy without TLS, which ends each after one answer.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import process from 'node:process';
import { loadNow, type Measured, ms, perSecond, printTable, quantile, times, together } from './measure.ts';
import { runThrough } from './peers/egress-client.ts';
import { startSquid, startTinyproxy } from './peers/plain-proxies.ts';
import { startPeer } from './peers/start-peer.ts';

const [small, large] = [1024, 8 * 1024 * 1024];
const rounds = 4;

const server = await startPeer<{ httpPort: number; httpsPort: number; authorityFile: string }>('egress-server.ts');
const { httpPort, httpsPort, authorityFile } = server.facts;
const ca = readFileSync(authorityFile, 'utf8');
const reeve = await startPeer<{ socketPath: string; authorityFile: string }>('egress-proxy.ts', [
  String(httpPort),
  String(httpsPort),
  authorityFile,
]);
const tinyproxy = await startTinyproxy([httpPort, httpsPort]);
const squid = await startSquid([httpPort, httpsPort]);
const missing = [tinyproxy ? [] : ['tinyproxy'], squid ? [] : ['squid']].flat();
if (missing.length > 0) {
  const line = '!'.repeat(100);
  process.stderr.write(
    `\n${line}\nNOT COMPARED WITH ${missing.join(' AND ').toUpperCase()}, WHICH IS NOT INSTALLED HERE: ` +
      `apt-get install ${missing.join(' ')}\n${line}\n`,
  );
}

interface Way {
  name: string;
  proxy: { path: string } | { port: number } | null;
  ca: string;
  /** Reeve opens ports 80 and 443 only; its peer maps them. */
  isNamed: boolean;
  /** Ends a connection after each answer that it can read. */
  endsPlain?: boolean;
}
const ways: Way[] = [
  { name: 'direct', proxy: null, ca, isNamed: false },
  {
    name: 'Reeve',
    proxy: { path: reeve.facts.socketPath },
    ca: readFileSync(reeve.facts.authorityFile, 'utf8'),
    isNamed: true,
  },
  ...(tinyproxy ? [{ name: 'tinyproxy', proxy: { port: tinyproxy.port }, ca, isNamed: false, endsPlain: true }] : []),
  ...(squid ? [{ name: 'squid', proxy: { port: squid.port }, ca, isNamed: false }] : []),
];

interface Load {
  title: string;
  isTls: boolean;
  bytes: number;
  concurrency: number;
  calls: number;
  /** A new connection for each call: the handshakes, and for Reeve the certificate's cache. */
  isFresh: boolean;
}
const loads: Load[] = [
  {
    title: 'HTTPS, 1 KiB, kept alive, 16 at once',
    isTls: true,
    bytes: small,
    concurrency: 16,
    calls: 600,
    isFresh: false,
  },
  {
    title: 'HTTPS, 1 KiB, a connection for each',
    isTls: true,
    bytes: small,
    concurrency: 8,
    calls: 100,
    isFresh: true,
  },
  { title: 'HTTPS, 8 MiB, 4 at once', isTls: true, bytes: large, concurrency: 4, calls: 16, isFresh: false },
  {
    title: 'HTTP, 1 KiB, kept alive, 16 at once',
    isTls: false,
    bytes: small,
    concurrency: 16,
    calls: 600,
    isFresh: false,
  },
];

function rowOf({ name }: Way, run: Measured, direct: Measured, { bytes }: Load): string[] {
  const megabytes = (one: Measured) => (perSecond(one) * bytes) / 1024 / 1024;
  const rate = bytes === large ? `${megabytes(run).toFixed(0)} MiB/s` : `${perSecond(run).toFixed(0)}/s`;
  const totals = run.samples.map(({ totalMs }) => totalMs);
  return [
    name,
    rate,
    times(perSecond(run) / perSecond(direct)),
    ms(quantile(totals, 0.5)),
    ms(quantile(totals, 0.99)),
    String(run.failures.length),
  ];
}

process.stdout.write(`\n${cpus().length} processors for client, proxy and server; ${loadNow()}\n`);
for (const load of loads) {
  const runs = new Map<string, Measured>();
  // Turn by turn, so that whatever else the machine does meets all of them.
  for (let round = 0; round <= rounds; round += 1) {
    // Each begins as often as the others: what one leaves behind, for example garbage, the next one clears away.
    for (const way of [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)]) {
      const run = await runThrough({
        ...load,
        ...way,
        isFresh: load.isFresh || (!load.isTls && way.endsPlain === true),
        host: way.isNamed ? 'bench.example' : '127.0.0.1',
        port: way.isNamed ? (load.isTls ? 443 : 80) : load.isTls ? httpsPort : httpPort,
      });
      // The first round is for compilers and connections alone.
      if (round === 0) continue;
      const before = runs.get(way.name);
      runs.set(way.name, before ? together([before, run]) : run);
    }
  }
  const direct = runs.get('direct');
  if (!direct) throw new Error('the direct connection was not measured');
  const rows = ways.map((way) => rowOf(way, runs.get(way.name) ?? direct, direct, load));
  printTable(load.title, ['way', 'rate', 'of direct', 'p50', 'p99', 'failed'], rows);
  const failure = [...runs.values()].flatMap(({ failures }) => failures)[0];
  if (failure) process.stdout.write(`first failure: ${failure}\n`);
}
await Promise.all([server.stop(), reeve.stop(), tinyproxy?.stop(), squid?.stop()]);
