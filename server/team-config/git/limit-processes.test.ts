import { expect, test } from 'vitest';
import { limitProcesses, type Release } from './limit-processes.ts';

test('so many run, so many wait in their order, the rest is told to come again', async () => {
  const takeTurn = limitProcesses({ running: 1, waiting: 2, each: 1 });
  const first = await takeTurn('a');
  const order: string[] = [];
  const waitAs = (who: string) =>
    takeTurn(who).then((release) => {
      order.push(who);
      return release;
    });
  const second = waitAs('b');
  const third = waitAs('c');
  await expect(takeTurn('d')).rejects.toMatchObject({ code: 'too-many-attempts', details: { retryAfterSeconds: 5 } });
  first();
  // Twice is once.
  first();
  (await second)();
  (await third)();
  expect(order).toEqual(['b', 'c']);
  const again = await takeTurn('a');
  again();
});

test('one caller takes neither every turn nor every place to wait', async () => {
  const takeTurn = limitProcesses({ running: 3, waiting: 4, each: 2 });
  const held = [await takeTurn('slow'), await takeTurn('slow')];
  const waiting: Promise<Release>[] = [takeTurn('slow'), takeTurn('slow')];
  await expect(takeTurn('slow')).rejects.toMatchObject({ code: 'too-many-attempts' });
  // The turn that is left is for somebody else, at once.
  (await takeTurn('other'))();
  for (const release of held) release();
  for (const turn of waiting) (await turn)();
});
