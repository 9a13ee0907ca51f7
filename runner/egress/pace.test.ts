import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('the first go at once, the others one after another, and time that passes counts', async () => {
  let now = 0;
  const waits: number[] = [];
  const pace = createPace({ free: 2, intervalMs: 10, now: () => now, sleep: async (ms) => waits.push(ms) });
  for (let call = 0; call < 5; call += 1) await pace();
  expect(waits).toEqual([10, 20, 30]);
  now = 100;
  await pace();
  expect(waits.at(-1)).toBe(10);
});
