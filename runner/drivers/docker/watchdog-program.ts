/**
 * Runs beside a runner whose containers an engine keeps. Reads from standard input which containers' first processes there are (`hold PID
 * BEGIN`, `free PID`). When the input ends, the runner is gone, however it went: what is still held is ended with it.
 */
import { createInterface } from 'node:readline';
import { killFirst } from './end-container.ts';

const patienceMs = 20_000;
const held = new Map<number, string>();
// It outlives the runner by a moment, whatever the runner's terminal or supervisor sends to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [word, pid, begin] = line.split(' ');
  if (word === 'hold' && begin !== undefined) held.set(Number(pid), begin);
  if (word === 'free') held.delete(Number(pid));
});
lines.on('close', async () => {
  await Promise.all([...held].map(([pid, begin]) => killFirst({ pid, begin }, patienceMs)));
  process.exit();
});
