import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, type FileHandle, open, rename, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { commandScript } from '../begin-script.ts';
import type { Begin } from '../link-messages.ts';
import { podPlaces } from '../pod-places.ts';

export interface PodPipes {
  stdout: Readable;
  stderr: Readable;
  /** The exit code, as the task says it: it may lie, about itself. Null when what runs its command ended without a word. */
  done: Promise<number | null>;
  /** Resolves when the task's first process is there and has begun. */
  begin(run: Begin): Promise<void>;
  /** Ends the container's first process, with this code where one is given, and with it everything of the task. */
  letGo(code: number | null): Promise<void>;
  /** For when the task is over: nobody waits any more for a pipe that was never opened. */
  close(): Promise<void>;
}

/** Opening a pipe waits for its other end, which only a process of its own can do without holding up others. */
const reading = (path: string): Readable => spawn('cat', ['--', path], { stdio: ['ignore', 'pipe', 'ignore'] }).stdout;

/** One line of a pipe that is open already, by whom what is written is kept. */
function lineOf({ fd }: FileHandle): Promise<void> {
  const child = spawn('head', ['-n', '1'], { stdio: [fd, 'ignore', 'ignore'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}

async function readCode(stream: Readable): Promise<number | null> {
  let said = '';
  for await (const chunk of stream) {
    said += chunk;
    const code = /^(\d{1,3})\n/.exec(said)?.[1];
    if (code !== undefined) return Math.min(255, Number(code));
    if (said.length > 16) break;
  }
  return null;
}

/** From here on the task's first process waits for this one, and ends when it ends. */
export async function openPodPipes(): Promise<PodPipes> {
  const { stdout, stderr, done, ready, leash, begin, input } = podPlaces;
  // It is seen once it is held: nobody opens a leash that has no other end yet.
  const made = `${leash}.new`;
  await promisify(execFile)('mkfifo', ['-m', '0600', '--', stdout, stderr, done, ready, made]);
  const readiness = await open(ready, constants.O_RDWR);
  const isReady = lineOf(readiness);
  isReady.catch(() => undefined);
  let held: FileHandle | null = await open(made, constants.O_RDWR);
  await rename(made, leash);
  return {
    stdout: reading(stdout),
    stderr: reading(stderr),
    done: readCode(reading(done)),
    async begin(run) {
      await writeFile(input, run.input ?? '', { mode: 0o400 });
      await writeFile(begin, commandScript(run), { mode: 0o400 });
      await isReady;
      await readiness.close();
      // From here on it can only be read: what the task holds of it does not keep it open.
      await chmod(leash, 0o444);
      await held?.write('go\n');
    },
    async letGo(code) {
      const handle = held;
      held = null;
      if (code !== null) await handle?.write(`${code}\n`);
      await handle?.close();
    },
    async close() {
      for (const path of [stdout, stderr, done]) {
        const handle = await open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null);
        await handle?.close();
      }
    },
  };
}
