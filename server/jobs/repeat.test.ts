import { EventEmitter } from 'node:events';
import pino from 'pino';
import { expect, test } from 'vitest';
import { repeat } from './repeat.ts';

/** A repeated job whose parts the test ends one by one. */
function watched() {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const signals = new EventEmitter<{ stopping: [] }>();
  return { lines, log, signals };
}

test('goes on without a pause while there is more, and ends with the server', async () => {
  const { log, signals } = watched();
  const done = Promise.withResolvers<void>();
  let parts = 0;
  const repeating = repeat(
    { log, signals },
    {
      name: 'parts',
      everyMs: 3_600_000,
      run: async () => {
        parts += 1;
        if (parts === 3) done.resolve();
        return parts < 3;
      },
    },
  );
  await done.promise;
  signals.emit('stopping');
  await repeating.close();
  expect(parts).toBe(3);
});

test('a part that runs is not cut off when it is closed', async () => {
  const { log, signals } = watched();
  const started = Promise.withResolvers<void>();
  const may = Promise.withResolvers<void>();
  let isDone = false;
  const repeating = repeat(
    { log, signals },
    {
      name: 'long',
      everyMs: 1,
      run: async () => {
        started.resolve();
        await may.promise;
        isDone = true;
        return true;
      },
    },
  );
  await started.promise;
  const closed = repeating.close();
  may.resolve();
  await closed;
  expect(isDone).toBe(true);
});

test('what fails is tried again, and told once until it works', async () => {
  const { lines, log, signals } = watched();
  const again = Promise.withResolvers<void>();
  let attempts = 0;
  const repeating = repeat(
    { log, signals },
    {
      name: 'flaky',
      everyMs: 1,
      run: async () => {
        attempts += 1;
        if (attempts < 4) throw new Error('not today');
        if (attempts === 5) again.resolve();
        return attempts < 5;
      },
    },
  );
  await again.promise;
  await repeating.close();
  expect(lines.map(({ msg }) => msg)).toEqual([
    'a repeated job failed; it is tried again and again',
    'a repeated job works again',
  ]);
});
