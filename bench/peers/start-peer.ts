import { fork } from 'node:child_process';
import { join } from 'node:path';

export interface Peer<Facts> {
  facts: Facts;
  pid: number;
  /** Processor time the process used since it started. */
  cpuMs(): Promise<number>;
  /** What it answers to this message; one at a time. */
  ask<Answer>(message: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Runs a file of this folder as a process of its own and waits for what it announces. */
export function startPeer<Facts>(
  file: string,
  peerArguments: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Peer<Facts>> {
  const child = fork(join(import.meta.dirname, file), [...peerArguments], {
    env: { ...process.env, ...environment },
    execArgv: ['--no-warnings', ...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [])],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    child.once('message', (facts) =>
      resolve({
        facts: facts as Facts,
        pid: child.pid ?? 0,
        cpuMs: () =>
          new Promise((tell) => {
            child.once('message', (answer) => tell((answer as { cpuMs: number }).cpuMs));
            child.send('cpu');
          }),
        ask: <Answer>(message: string) =>
          new Promise<Answer>((tell) => {
            child.once('message', (answer) => tell(answer as Answer));
            child.send(message);
          }),
        async stop() {
          child.disconnect();
          await ended;
        },
      }),
    );
  });
}
