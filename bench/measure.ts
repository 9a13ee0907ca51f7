import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

export interface Target {
  name: string;
  url: string;
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** PEM of the authority to trust. */
  ca?: string;
}

export interface Sample {
  firstByteMs: number;
  totalMs: number;
}

export interface Measured {
  samples: Sample[];
  failures: string[];
  seconds: number;
}

function once(target: Target, agent: Agent): Promise<Sample> {
  const client = target.url.startsWith('https:') ? https : http;
  const options: RequestOptions & { ca?: string } = { method: target.method, agent, headers: { ...target.headers } };
  if (target.ca !== undefined) options.ca = target.ca;
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const request = client.request(target.url, options, (response: IncomingMessage) => {
      let firstByteMs: number | null = null;
      let text = '';
      response.on('data', (chunk: Buffer) => {
        firstByteMs ??= performance.now() - startedAt;
        if (response.statusCode !== 200) text += chunk;
      });
      response.once('end', () => {
        if (response.statusCode !== 200) reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`));
        else
          resolve({
            firstByteMs: firstByteMs ?? performance.now() - startedAt,
            totalMs: performance.now() - startedAt,
          });
      });
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(target.body);
  });
}

interface Load {
  concurrency: number;
  calls: number;
  /** Callers start evenly over this time instead of all in the same millisecond, which no organisation's clients do. */
  startOverMs?: number;
}

/** `concurrency` callers, each starting its next call when its last one ended, `calls` in all. Connections are kept alive. */
export async function load(target: Target, { concurrency, calls, startOverMs = 0 }: Load): Promise<Measured> {
  const isTls = target.url.startsWith('https:');
  const agent: Agent = isTls
    ? new https.Agent({ keepAlive: true, maxSockets: concurrency })
    : new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const measured: Measured = { samples: [], failures: [], seconds: 0 };
  let left = calls;
  const caller = async (_: unknown, index: number) => {
    if (startOverMs > 0) await wait((startOverMs * index) / concurrency);
    while (left > 0) {
      left -= 1;
      try {
        measured.samples.push(await once(target, agent));
      } catch (error) {
        measured.failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }).map(caller));
  measured.seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return measured;
}

/** Rounds of the same target as one measurement. */
export const together = (rounds: readonly Measured[]): Measured => ({
  samples: rounds.flatMap(({ samples }) => samples),
  failures: rounds.flatMap(({ failures }) => failures),
  seconds: rounds.reduce((sum, { seconds }) => sum + seconds, 0),
});

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const perSecond = ({ samples, seconds }: Measured): number => samples.length / seconds;
export const ms = (value: number): string => `${value.toFixed(1)} ms`;
export const times = (value: number): string => `${value.toFixed(2)}×`;

/** What else the machine is busy with: with more than one runnable process for each processor, times say little. */
export const loadNow = (): string =>
  `load average ${loadavg()[0]?.toFixed(1)} at ${new Date().toISOString().slice(0, 16)}Z`;

/** Rows of strings as a Markdown table, so that a run can be pasted into the documentation. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  process.stdout.write(
    [`\n### ${title}\n`, `(${loadNow()})\n`, line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n'),
  );
}
