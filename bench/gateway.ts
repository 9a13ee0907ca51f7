/**
 * What the gateway adds to a streamed model call: Reeve beside a plain streaming reverse proxy (nginx, if installed) and beside no proxy
 * at all, the same upstream, one run. Goals: +2 ms at the median, +15 ms at p99 with 50 streams; 300 streams without an error. Streams
 * arrive evenly; beside that, 50 in the same millisecond, which queue before any single process.
 */
import { readFileSync } from 'node:fs';
import { load, type Measured, ms, printTable, quantile, type Target, together } from './measure.ts';
import { startNginx } from './peers/nginx.ts';
import { startPeer } from './peers/start-peer.ts';

interface ReeveFacts {
  origin: string;
  authorityFile: string;
  tokens: string[];
}

const body = JSON.stringify({
  model: 'corp-model',
  stream: true,
  store: false,
  input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'word '.repeat(400) }] }],
});

const upstream = await startPeer<{ port: number }>('upstream.ts');
const upstreamOrigin = `http://127.0.0.1:${upstream.facts.port}`;
const reeve = await startPeer<ReeveFacts>('reeve.ts', ['100', '10', '5', `${upstreamOrigin}/v1`]);
const { origin, authorityFile, tokens } = reeve.facts;
const ca = readFileSync(authorityFile, 'utf8');
const nginx = await startNginx({ upstreamOrigin });

/** The revision header, as a client gets it: out of the delivered policy. */
async function policyHeader(token: string): Promise<string> {
  const target: Target = {
    name: 'bundle',
    url: `${origin}/backend-api/wham/config/bundle`,
    method: 'GET',
    headers: { authorization: `Bearer ${token}` },
    ca,
  };
  const text = await readText(target);
  return /"?x-reeve-policy\\?"? *= *\\"([^"\\]+)/.exec(text)?.[1] ?? '';
}

async function readText({ url, headers, ca: authority }: Target): Promise<string> {
  const { default: https } = await import('node:https');
  return new Promise((resolve, reject) => {
    const request = https.get(
      url,
      { headers: { ...headers, 'user-agent': 'codex_exec/0.169.0 (bench)' }, ca: authority },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () => resolve(text));
      },
    );
    request.once('error', reject);
  });
}

const token = tokens[0] ?? '';
const revision = await policyHeader(token);
const headers = {
  'content-type': 'application/json',
  accept: 'text/event-stream',
  'user-agent': 'codex_exec/0.169.0 (bench)',
};
const post = (name: string, url: string, more: Partial<Target> = {}): Target => ({
  name,
  url,
  method: 'POST',
  body,
  ...more,
  headers: { ...headers, ...more.headers },
});
const targets: Target[] = [
  post('direct', `${upstreamOrigin}/v1/responses`),
  ...(nginx ? [post('nginx (TLS, no checks)', `${nginx.origin}/v1/responses`, { ca: nginx.ca })] : []),
  post('Reeve', `${origin}/backend-api/codex/responses`, {
    ca,
    headers: { authorization: `Bearer ${token}`, 'x-reeve-policy': revision },
  }),
];

/** About how long one of the upstream's streams takes: callers that start evenly over it keep arriving evenly. */
const streamMs = 550;
const cases = [
  { concurrency: 1, rounds: 2, calls: 15, startOverMs: 0, name: '1' },
  { concurrency: 50, rounds: 2, calls: 300, startOverMs: streamMs, name: '50' },
  { concurrency: 50, rounds: 2, calls: 50, startOverMs: 0, name: '50, all in one millisecond' },
  { concurrency: 300, rounds: 2, calls: 600, startOverMs: streamMs, name: '300' },
];
/** A server is not measured in its first seconds: code is compiled as it gets used. */
const warmUp = { concurrency: 50, calls: 500, startOverMs: streamMs };
for (const target of targets) await load(target, warmUp);

const rows: string[][] = [];
for (const { rounds, name, ...each } of cases) {
  const measured = targets.map((): Measured[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, target] of targets.entries()) measured[index]?.push(await load(target, each));
  const all = measured.map(together);
  const at = (of: Measured | undefined, share: number, key: 'firstByteMs' | 'totalMs') =>
    quantile(
      (of?.samples ?? []).map((sample) => sample[key]),
      share,
    );
  for (const [index, target] of targets.entries()) {
    const own = all[index];
    const added = (share: number, key: 'firstByteMs' | 'totalMs') => ms(at(own, share, key) - at(all[0], share, key));
    rows.push([
      name,
      target.name,
      ms(at(own, 0.5, 'firstByteMs')),
      added(0.5, 'firstByteMs'),
      added(0.99, 'firstByteMs'),
      added(0.5, 'totalMs'),
      String(own?.failures.length),
    ]);
    if (own?.failures[0]) process.stderr.write(`${target.name}: ${own.failures[0]}\n`);
  }
}
printTable(
  'Streamed model calls',
  [
    'streams',
    'way',
    'first byte, p50',
    'added to first byte, p50',
    'added, p99',
    'added to the whole stream, p50',
    'errors',
  ],
  rows,
);
await nginx?.stop();
await reeve.stop();
await upstream.stop();
