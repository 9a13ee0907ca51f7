import { expect, test } from 'vitest';
import { newId } from './ids.ts';

test('an id says what it is and stays short', () => {
  expect(newId('mem')).toMatch(/^mem_[0-9a-f]{32}$/);
  expect(newId('invite').length).toBeLessThanOrEqual(40);
});

test('ids are unique and sort by the time they were made', async () => {
  const early = Array.from({ length: 500 }, () => newId('act'));
  const madeAtMs = Date.now();
  while (Date.now() === madeAtMs) await new Promise((resume) => setImmediate(resume));
  const late = Array.from({ length: 500 }, () => newId('act'));
  expect(new Set([...early, ...late]).size).toBe(1000);
  expect(
    [...early]
      .sort()
      .at(-1)
      ?.localeCompare([...late].sort().at(0) ?? ''),
  ).toBe(-1);
});
