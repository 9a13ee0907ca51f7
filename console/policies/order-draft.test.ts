import { expect, test } from 'vitest';
import { isSameOrder, moveRule } from './order-draft.ts';

const rules = ['a', 'b', 'c'].map((groupId) => ({ groupId, policyId: 'p' }));
const names = (moved: typeof rules) => moved.map(({ groupId }) => groupId).join('');

test.each([
  [0, 1, 'bac'],
  [2, -1, 'acb'],
  [1, -1, 'bac'],
  [0, -1, 'abc'],
  [2, 1, 'abc'],
  [9, 1, 'abc'],
] as const)('rule %i moved by %i', (index, offset, order) => {
  expect(names(moveRule(rules, index, offset))).toBe(order);
});

test('an order differs by place, by policy and by length', () => {
  expect(isSameOrder(rules, [...rules])).toBe(true);
  expect(isSameOrder(rules, moveRule(rules, 0, 1))).toBe(false);
  expect(isSameOrder(rules, rules.slice(1))).toBe(false);
  expect(isSameOrder(rules, [{ groupId: 'a', policyId: 'q' }, ...rules.slice(1)])).toBe(false);
});
