import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { FirstProcess } from './end-container.ts';

/** Ends containers with this process, also when that is killed and can do nothing any more. Out of the containers' reach. */
export interface Watchdog {
  /** Resolves once it is certain: what then happens to this process does not matter. */
  hold(first: FirstProcess): Promise<void>;
  free(first: FirstProcess): void;
  close(): void;
}

type Program = ChildProcessByStdio<Writable, null, null>;

/** Before it is started again: where it cannot run at all, trying is not all that this machine does. */
const pauseMs = 1000;

const lineOf = (pid: number, begin: string): string => `hold ${pid} ${begin}\n`;

/** The program is started with the first container, and again where somebody ended it. */
export function openWatchdog(): Watchdog {
  const held = new Map<number, string>();
  let program: Program | null = null;
  const forget = (one: Program) => {
    if (program !== one) return;
    program = null;
    setTimeout(() => {
      if (program === null && held.size > 0) start();
    }, pauseMs).unref();
  };
  const start = (): Program => {
    const path = join(import.meta.dirname, 'watchdog-program.ts');
    // A session of its own: what a terminal sends to the runner is not for it.
    const one = spawn(process.execPath, [path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
    one.unref();
    one.stdin.on('error', () => undefined);
    one.on('error', () => forget(one));
    one.on('exit', () => forget(one));
    program = one;
    for (const [pid, begin] of held) one.stdin.write(lineOf(pid, begin));
    return one;
  };
  return {
    hold: async ({ pid, begin }) => {
      // It has ended already.
      if (begin === null) return;
      const { stdin } = program ?? start();
      held.set(pid, begin);
      await new Promise<void>((resolve, reject) => {
        stdin.write(lineOf(pid, begin), (cause) => {
          if (!cause) return resolve();
          held.delete(pid);
          reject(new Error('the program that ends containers with their runner cannot be started', { cause }));
        });
      });
    },
    free: ({ pid }) => {
      if (held.delete(pid)) program?.stdin.write(`free ${pid}\n`);
    },
    close: () => {
      held.clear();
      program?.stdin.end();
    },
  };
}
