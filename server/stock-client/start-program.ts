import { spawn } from 'node:child_process';
import { Condition } from './condition.ts';

export interface Finished {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  cwd: string;
  env: Record<string, string>;
  /** Written to standard input, which is then closed. Without it there is no input, unless `keepInputOpen`. */
  input?: string | undefined;
  keepInputOpen?: boolean;
  signal?: AbortSignal | undefined;
  /** Standard output as it comes, for what is not made of lines. */
  onOutput?: (text: string) => void;
}

export interface WaitOptions {
  timeoutMs?: number;
}

export interface Program {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly running: boolean;
  /** Resolves when the program has ended, however it ended. */
  readonly exit: Promise<Finished>;
  /** Waits until standard output followed by standard error matches. Rejects when the program ends without it. */
  waitForOutput(pattern: RegExp, options?: WaitOptions): Promise<RegExpMatchArray>;
  /** Called for every complete line, earlier ones included. */
  onLine(listener: (line: string, stream: 'stdout' | 'stderr') => void): void;
  write(text: string): void;
  endInput(): void;
  /** Signals the program and everything it started in its process group. */
  kill(signal?: NodeJS.Signals): void;
}

// A background process may keep the pipes open after the program has ended; its output is not waited for longer.
const PIPE_GRACE_MS = 1_000;

export function startProgram(file: string, args: string[], options: ProgramOptions): Program {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const lines: { line: string; stream: 'stdout' | 'stderr' }[] = [];
  const listeners: ((line: string, stream: 'stdout' | 'stderr') => void)[] = [];
  const output = new Condition();
  let running = true;

  for (const stream of ['stdout', 'stderr'] as const) {
    let rest = '';
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      if (stream === 'stdout') options.onOutput?.(chunk);
      const complete = (rest + chunk).split('\n');
      rest = complete.pop() ?? '';
      for (const line of complete) {
        lines.push({ line, stream });
        for (const listener of listeners) listener(line, stream);
      }
      output.changed();
    });
  }
  child.stdin.on('error', () => undefined);
  if (options.input !== undefined) child.stdin.write(options.input);
  if (options.keepInputOpen !== true) child.stdin.end();

  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    if (!running || child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      child.kill(signal);
    }
  };
  const exit = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode, signal) => {
      const finish = () => {
        clearTimeout(grace);
        running = false;
        resolve({ exitCode, signal, ...text });
        output.ended(`the program ended with ${exitCode ?? signal}`);
      };
      const grace = setTimeout(finish, PIPE_GRACE_MS);
      child.once('close', finish);
    });
  });
  exit.catch(() => undefined);
  const abort = () => kill('SIGTERM');
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });

  return {
    get pid() {
      return child.pid ?? -1;
    },
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    get running() {
      return running;
    },
    exit,
    waitForOutput: (pattern, { timeoutMs } = {}) =>
      output.until(() => (text.stdout + text.stderr).match(pattern) ?? undefined, {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        failure: () => `output does not match ${pattern}\n--- stdout\n${text.stdout}\n--- stderr\n${text.stderr}`,
      }),
    onLine: (listener) => {
      for (const { line, stream } of lines) listener(line, stream);
      listeners.push(listener);
    },
    write: (data) => {
      child.stdin.write(data);
    },
    endInput: () => {
      child.stdin.end();
    },
    kill,
  };
}
