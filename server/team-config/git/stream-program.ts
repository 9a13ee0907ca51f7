import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';

interface Streaming {
  /** The response: it tells when the caller is gone. */
  outgoing: EventEmitter & { destroy: () => unknown; destroyed?: boolean };
  timeLimitMs: number;
  release: () => void;
  onBrokenOff: (facts: { code: number | null; signal: NodeJS.Signals | null; said: string }) => void;
}

/**
 * What a program says, as long as somebody reads it and not longer than the limit. The turn comes back with the end of the program, for
 * `close` waits until all that it said is read: of a caller who reads no more it never comes.
 */
export function streamProgram(
  child: ChildProcess,
  { outgoing, timeLimitMs, release, onBrokenOff }: Streaming,
): ReadableStream<Uint8Array> {
  const { stdout } = child;
  if (!stdout) throw new Error('a program was started without a pipe');
  const said: string[] = [];
  const end = () => {
    child.kill('SIGKILL');
    stdout.destroy();
    release();
  };
  const timer = setTimeout(() => {
    end();
    outgoing.destroy();
  }, timeLimitMs);
  outgoing.once('close', end);
  // Gone while it waited for its turn: `close` was said before anybody listened.
  if (outgoing.destroyed) end();
  child.stderr?.on('data', (chunk) => said.push(String(chunk).slice(0, 500)));
  child.once('exit', release);
  child.once('close', (code, signal) => {
    clearTimeout(timer);
    outgoing.off('close', end);
    release();
    if (code !== 0) onBrokenOff({ code, signal, said: said.join('').slice(0, 500) });
  });
  return Readable.toWeb(stdout) as ReadableStream<Uint8Array>;
}
