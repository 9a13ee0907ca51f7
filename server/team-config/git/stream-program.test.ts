import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { streamProgram } from './stream-program.ts';

function started({ timeLimitMs }: { timeLimitMs: number }) {
  // Says more than any buffer holds, at once, and never ends.
  const child = spawn('yes', [], { stdio: ['ignore', 'pipe', 'pipe'] });
  const outgoing = Object.assign(new EventEmitter(), { destroy: () => outgoing.emit('destroyed') });
  const released = Promise.withResolvers<void>();
  const stream = streamProgram(child, { outgoing, timeLimitMs, release: released.resolve, onBrokenOff: () => {} });
  const destroyed = once(outgoing, 'destroyed');
  const exited = once(child, 'exit') as Promise<[number | null, string]>;
  return { child, outgoing, stream, released: released.promise, destroyed, exited };
}

test('a caller who reads no more loses the turn and the connection when the time is over', async () => {
  const { stream, released, destroyed, exited } = started({ timeLimitMs: 500 });
  const reader = stream.getReader();
  expect((await reader.read()).done).toBe(false);
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  await Promise.all([released, destroyed]);
  await reader.closed.catch(() => {});
});

test('a caller who goes gives the turn back at once', async () => {
  const { child, outgoing, stream, released } = started({ timeLimitMs: 60_000 });
  const reader = stream.getReader();
  await reader.read();
  const closed = once(child, 'close');
  outgoing.emit('close');
  await released;
  await closed;
  await reader.closed.catch(() => {});
});
