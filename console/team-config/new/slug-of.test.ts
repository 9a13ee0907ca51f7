import { expect, test } from 'vitest';
import { slugOf, slugProblem } from './slug-of.ts';

test.each([
  ['TypeScript services', 'typescript-services'],
  ['  Für alle! ', 'fur-alle'],
  [`${'a'.repeat(59)} b`, 'a'.repeat(59)],
])('%j becomes %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
  expect(slugProblem(slug)).toBeNull();
});

test.each(['', '-a', 'a-', 'Ä', 'a b', 'a'.repeat(61)])('%j is refused', (slug) => {
  expect(slugProblem(slug)).not.toBeNull();
});
