import { expect, test } from 'vitest';
import { sumOfEach } from './each-workspace.ts';

test('one workspace that fails does not stop the others', async () => {
  const bad = new Error('bad');
  const done: string[] = [];
  const sum = sumOfEach(['a', 'b', 'c'], (id) => {
    if (id === 'b') return Promise.reject(bad);
    done.push(id);
    return Promise.resolve(2);
  });
  await expect(sum).rejects.toMatchObject({ errors: [bad], message: 'It failed in 1 of 3 workspaces.' });
  expect(done).toEqual(['a', 'c']);
  expect(await sumOfEach(['a', 'b'], () => Promise.resolve(2))).toBe(4);
});
