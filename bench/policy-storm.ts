/**
 * One policy of 200 is published for an organisation of 100,000 members in 500 groups, on PostgreSQL, and then 10,000 different members'
 * clients fetch theirs within a minute, each over a connection of its own as a client that starts does. Calls begin when it is their
 * time, whether the ones before have ended or not, and their time counts from then. Goal: no error, and 99 of 100 within 50 ms. Beside it
 * the limit, at the same rate before and after: a bare node:https server that answers the same bytes. Arguments for a smaller try:
 * members, clients, seconds.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '#testing/servers/postgres.ts';
import { loadNow, ms, printTable, quantile, times } from './measure.ts';
import { startBare } from './peers/start-bare.ts';
import { type Peer, startPeer } from './peers/start-peer.ts';

interface ReeveFacts {
  origin: string;
  authorityFile: string;
  tokens: string[];
  policyIds: string[];
  policiesKey: string;
}

const [members = '100000', clients = '10000', seconds = '60'] = process.argv.slice(2);
const storm = { calls: Number(clients), seconds: Number(seconds) };
const limitCalls = Math.ceil(storm.calls / 4);
const path = '/backend-api/wham/config/bundle';

interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  agent?: https.Agent;
}

/** The text of a 200; anything else is an error. */
const ask = (url: string, ca: string, { method = 'GET', headers = {}, body, agent }: Call = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { method, headers, ca, agent: agent ?? false };
    const request = https.request(url, options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`)),
      );
    });
    request.once('error', reject);
    request.end(body);
  });

const asClient = (token: string) => ({
  authorization: `Bearer ${token}`,
  'user-agent': 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) bench',
});

interface Stormed {
  latenciesMs: number[];
  failures: string[];
  seconds: number;
  cpuMs: number;
}

/** `calls` calls evenly over the time, by the clock and not by what the server makes of them. */
async function storms(
  call: (index: number) => Promise<unknown>,
  { calls, overMs, peer }: { calls: number; overMs: number; peer: Peer<unknown> },
): Promise<Stormed> {
  const result: Stormed = { latenciesMs: [], failures: [], seconds: 0, cpuMs: 0 };
  const cpuBefore = await peer.cpuMs();
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let index = 0; index < calls; index += 1) {
    const dueAt = startedAt + (index * overMs) / calls;
    while (performance.now() < dueAt) await wait(Math.max(1, dueAt - performance.now()));
    const one = call(index).then(
      () => void result.latenciesMs.push(performance.now() - dueAt),
      (error: Error) => void result.failures.push(error.message),
    );
    running.push(one);
  }
  await Promise.all(running);
  result.seconds = (performance.now() - startedAt) / 1000;
  result.cpuMs = (await peer.cpuMs()) - cpuBefore;
  return result;
}

const folder = mkdtempSync(join(tmpdir(), 'reeve-bench-'));
const postgres = await startPostgres();
const reeve = await startPeer<ReeveFacts>('reeve.ts', [members, '500', '200', '', clients], {
  BENCH_DATABASE_URL: postgres.url,
});
const { origin, authorityFile, tokens, policyIds, policiesKey } = reeve.facts;
const ca = readFileSync(join(dirname(authorityFile), 'ca.pem'), 'utf8');
const fetchAs = (index: number, agent?: https.Agent) =>
  ask(`${origin}${path}`, ca, { headers: asClient(tokens[index] ?? ''), ...(agent && { agent }) });

// The first member is in the first group, whose policy is the first.
const before = await fetchAs(0);
const limit = await startBare(folder, before);
const askLimit = () => ask(`https://localhost:${limit.peer.facts.port}/`, limit.ca);
const limitOver = { calls: limitCalls, overMs: (storm.seconds * 1000) / 4, peer: limit.peer };
const limitBefore = await storms(askLimit, limitOver);

const ownApi = (method: string, apiPath: string, body: object) =>
  ask(`${origin}/api/v1${apiPath}`, ca, {
    method,
    headers: { authorization: `Bearer ${policiesKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const [published = ''] = policyIds;
const contents = 'allowed_sandbox_modes = ["read-only"]\n';
const draft = JSON.parse(await ownApi('PUT', `/policies/${published}/draft`, { expectedDraft: null, contents }));
const expectedDraft = draft.draft.version;
const publishedAt = performance.now();
await ownApi('POST', `/policies/${published}/publication`, { expectedDraft, message: 'Bench' });
const answeredAt = performance.now();
const agent = new https.Agent({ keepAlive: true });
let asked = 0;
while ((await fetchAs(0, agent)) === before) asked += 1;
const changedAt = performance.now();
agent.destroy();

const stormed = await storms((index) => fetchAs(index), {
  calls: storm.calls,
  overMs: storm.seconds * 1000,
  peer: reeve,
});
const limitAfter = await storms(askLimit, limitOver);
await limit.peer.stop();
await reeve.stop();
await postgres.stop();
rmSync(folder, { recursive: true, force: true });

const row = (name: string, { latenciesMs, failures, seconds: took, cpuMs }: Stormed) => [
  name,
  `${latenciesMs.length} in ${took.toFixed(1)} s`,
  ms(quantile(latenciesMs, 0.5)),
  ms(quantile(latenciesMs, 0.99)),
  ms(quantile(latenciesMs, 1)),
  `${(cpuMs / (latenciesMs.length + failures.length)).toFixed(2)} ms`,
  String(failures.length),
];
const limits = [...limitBefore.latenciesMs, ...limitAfter.latenciesMs];
printTable(
  `A storm after a publication: ${members} members, ${clients} clients`,
  ['server', 'answers', 'p50', 'p99', 'longest', 'processor time each', 'errors'],
  [row('bare node:https, before', limitBefore), row('Reeve', stormed), row('bare node:https, after', limitAfter)],
);
process.stdout.write(
  [
    `Against the limit: p50 ${times(quantile(stormed.latenciesMs, 0.5) / quantile(limits, 0.5))}, p99 ${times(quantile(stormed.latenciesMs, 0.99) / quantile(limits, 0.99))}.`,
    `Publishing took ${ms(answeredAt - publishedAt)}; the first changed answer was there ${ms(changedAt - answeredAt)} later (${asked} unchanged ones before it).`,
    ...[...new Set(stormed.failures)].slice(0, 5).map((failure) => `Error: ${failure}`),
    `(${loadNow()})`,
    '',
  ].join('\n'),
);
