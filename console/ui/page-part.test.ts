import { expect, test } from 'vitest';
import { pagePart } from './page-part.ts';

const all = ['a', 'b', 'c', 'd', 'e'];

test.each([
  [1, ['a', 'b'], { page: 1, from: 1, to: 2 }],
  [3, ['e'], { page: 3, from: 5, to: 5 }],
  [9, ['e'], { page: 3, from: 5, to: 5 }],
  [0, ['a', 'b'], { page: 1, from: 1, to: 2 }],
])('page %i of five by two', (page, items, place) => {
  expect(pagePart(all, { page, size: 2 })).toEqual({ items, pages: 3, total: 5, ...place });
});

test('an empty list has one empty page', () => {
  expect(pagePart([], { page: 2, size: 2 })).toEqual({ items: [], page: 1, pages: 1, from: 0, to: 0, total: 0 });
});
