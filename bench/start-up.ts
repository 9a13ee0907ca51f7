/** Cold start, second start and memory, from `server/main.ts serve` until /readyz answers. The first start makes database, keys and certificates. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { printTable, times } from './measure.ts';

const root = join(import.meta.dirname, '..');
const port = 18_443;

const isReady = (): Promise<boolean> =>
  new Promise((resolve) => {
    const request = https.get({ host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function start(folder: string): Promise<{ seconds: number; megabytes: number }> {
  const startedAt = performance.now();
  const environment = {
    ...process.env,
    REEVE_DATA: folder,
    REEVE_LISTEN: `127.0.0.1:${port}`,
    REEVE_METRICS_LISTEN: 'off',
  };
  const server = spawn(process.execPath, ['server/main.ts', 'serve'], { cwd: root, env: environment, stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 25));
  const seconds = (performance.now() - startedAt) / 1000;
  const megabytes = residentMegabytes(server.pid ?? 0);
  server.kill('SIGTERM');
  await ended;
  return { seconds, megabytes };
}

const folder = mkdtempSync(join(tmpdir(), 'reeve-start-'));
const first = await start(folder);
const second = await start(folder);
rmSync(folder, { recursive: true, force: true });
const row = (name: string, { seconds, megabytes }: { seconds: number; megabytes: number }) => [
  name,
  `${seconds.toFixed(1)} s`,
  times(seconds / second.seconds),
  `${megabytes.toFixed(0)} MB`,
];
printTable(
  'Start',
  ['start', 'until ready', 'against the second', 'memory'],
  [row('first (database, keys, certificates)', first), row('second', second)],
);
