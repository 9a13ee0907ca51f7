/**
 * How many telemetry events a second are durable: through the real HTTPS path, as stock clients send them (JSON, 50 records a request,
 * every one answered after its commit), beside one plain COPY of the very same rows into the same table. Goal: at least 0.4 of COPY.
 */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { logsBody, otlpHeaders } from '#testing/otlp-sender.ts';
import { startPostgres } from '#testing/servers/postgres.ts';
import { ms, printTable, quantile, times } from './measure.ts';
import { startPeer } from './peers/start-peer.ts';

interface Facts {
  origin: string;
  authorityFile: string;
  tokens: string[];
}
interface Copied {
  rows: number;
  copyMs: number;
  mostMemory: number;
  /** Processor time of Reeve and the database. */
  ingestedCpuMs: number;
  copyCpuMs: number;
}

const requests = Number(process.env.BENCH_OTLP_REQUESTS ?? 400);
const recordsEach = 50;
const senders = Number(process.env.BENCH_OTLP_SENDERS ?? 32);
const rounds = Number(process.env.BENCH_OTLP_ROUNDS ?? 3);

/** As a session with tools has them: decisions, results with arguments and output, requests to the model. */
function bodyOf(round: number, request: number): string {
  const threadId = `019a6f3e-${String(round).padStart(4, '0')}-7aa0-9b55-${String(request).padStart(12, '0')}`;
  const at = new Date(Date.now() - 60_000).toISOString();
  const records = Array.from({ length: recordsEach }, (_, index) => {
    const call = {
      tool_name: 'exec_command',
      tool_namespace: 'functions',
      call_id: `call_${round}_${request}_${index >> 1}`,
    };
    const observedNano = `${Date.parse(at)}${String(index).padStart(6, '0')}`;
    const common = { threadId, at, observedNano };
    if (index % 5 === 4)
      return {
        ...common,
        name: 'codex.api_request',
        attributes: {
          duration_ms: '48',
          'http.response.status_code': '200',
          success: true,
          attempt: '0',
          endpoint: '/responses',
          'auth.header_attached': true,
          'auth.header_name': 'authorization',
          'auth.mode': 'Chatgpt',
        },
      };
    if (index % 2 === 0)
      return {
        ...common,
        name: 'codex.tool_decision',
        attributes: { ...call, decision: 'approved', source: 'Config' },
      };
    return {
      ...common,
      name: 'codex.tool_result',
      attributes: {
        ...call,
        duration_ms: '95',
        success: 'true',
        arguments: '{"cmd":"npm test -- --run server/telemetry"}',
        output: 'Chunk ID: 2942fe\nWall time: 0.0000 seconds\nProcess exited with code 0\nOutput:\nall is well\n',
      },
    };
  });
  return JSON.stringify(logsBody(records));
}

function post(
  url: string,
  agent: https.Agent,
  ca: string,
  { token, body }: { token: string; body: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = otlpHeaders(token, { 'content-length': String(Buffer.byteLength(body)) });
    const request = https.request(url, { method: 'POST', agent, ca, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', reject);
    request.end(body);
  });
}

interface Ingested {
  seconds: number;
  answersMs: number[];
  repeated: number;
}

async function ingest({ origin, tokens }: Facts, ca: string, round: number): Promise<Ingested> {
  const bodies = Array.from({ length: requests }, (_, request) => bodyOf(round, request));
  const agent = new https.Agent({ keepAlive: true, maxSockets: senders });
  const result: Ingested = { seconds: 0, answersMs: [], repeated: 0 };
  let next = 0;
  const send = async () => {
    while (next < bodies.length) {
      const index = next;
      next += 1;
      const asked = { token: tokens[index % tokens.length] ?? '', body: bodies[index] ?? '' };
      const startedAt = performance.now();
      for (;;) {
        const status = await post(`${origin}/otel/v1/logs`, agent, ca, asked);
        if (status === 200) break;
        if (status !== 429 && status !== 503) throw new Error(`answered ${status}`);
        result.repeated += 1;
      }
      result.answersMs.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: senders }, send));
  result.seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  return result;
}

async function measure(database: string, environment: Record<string, string>): Promise<string[]> {
  const peer = await startPeer<Facts>('ingest.ts', ['20'], environment);
  const ca = readFileSync(peer.facts.authorityFile, 'utf8');
  const rates: number[] = [];
  const copies: number[] = [];
  const ratios: number[] = [];
  const ingestCpu: number[] = [];
  const copyCpu: number[] = [];
  const answersMs: number[] = [];
  let memory = 0;
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    await peer.ask('start');
    const { seconds, answersMs: took } = await ingest(peer.facts, ca, round);
    const { rows, copyMs, mostMemory, ingestedCpuMs, copyCpuMs } = await peer.ask<Copied>('copy');
    if (rows !== requests * recordsEach) throw new Error(`${rows} rows of ${requests * recordsEach} events`);
    if (round === 0) continue;
    rates.push(rows / seconds);
    copies.push(rows / (copyMs / 1_000));
    ratios.push(rows / seconds / (rows / (copyMs / 1_000)));
    ingestCpu.push((ingestedCpuMs * 1_000) / rows);
    copyCpu.push((copyCpuMs * 1_000) / rows);
    answersMs.push(...took);
    memory = mostMemory;
  }
  await peer.stop();
  const middle = (values: readonly number[]) => quantile(values, 0.5);
  return [
    database,
    middle(rates).toFixed(0),
    middle(copies).toFixed(0),
    times(middle(ratios)),
    `${middle(ingestCpu).toFixed(0)} / ${middle(copyCpu).toFixed(0)} µs`,
    times(middle(copyCpu) / middle(ingestCpu)),
    `${ms(middle(answersMs))} / ${ms(quantile(answersMs, 0.99))}`,
    `${(memory / 1_048_576).toFixed(0)} MB`,
  ];
}

const rows = [await measure('PGlite', {})];
const postgres = await startPostgres({ isDurable: true });
rows.push(await measure('PostgreSQL', { BENCH_DATABASE_URL: postgres.url }));
await postgres.stop();
printTable(
  `Telemetry: ${requests} requests of ${recordsEach} records, ${senders} senders, median of ${rounds} rounds`,
  [
    'database',
    'events a second, durable',
    'COPY of the same rows',
    'share',
    'processor time an event, Reeve and database / COPY',
    'share by processor time',
    'answer, p50 / p99',
    'most memory',
  ],
  rows,
);
