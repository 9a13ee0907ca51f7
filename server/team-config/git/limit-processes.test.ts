import { expect, test } from 'vitest';
import { limitProcesses } from './limit-processes.ts';

test('so many run, so many wait in their order, the rest is told to come again', async () => {
  const takeTurn = limitProcesses({ running: 1, waiting: 2 });
  const first = await takeTurn();
  const order: string[] = [];
  const second = takeTurn().then((release) => {
    order.push('second');
    return release;
  });
  const third = takeTurn().then((release) => {
    order.push('third');
    return release;
  });
  await expect(takeTurn()).rejects.toMatchObject({ code: 'too-many-attempts', details: { retryAfterSeconds: 5 } });
  first();
  // Twice is once.
  first();
  (await second)();
  (await third)();
  expect(order).toEqual(['second', 'third']);
  const again = await takeTurn();
  again();
});
