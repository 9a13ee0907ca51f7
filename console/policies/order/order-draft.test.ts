import { expect, test } from 'vitest';
import { orderChanges } from './order-changes.ts';
import { isSameOrder, moveTo, type NamedRule, type Order, toInput } from './order-draft.ts';

const rule = (groupId: string, policyId = 'p'): NamedRule => ({
  groupId,
  policyId,
  groupName: groupId.toUpperCase(),
  memberCount: 1,
});
const rules = ['a', 'b', 'c', 'd'].map((id) => rule(id));
const order = (items: NamedRule[], more: Partial<Order> = {}): Order => ({
  items,
  fallbackPolicyId: null,
  baselinePolicyId: null,
  ...more,
});
const sentences = (before: Order, after: Order) =>
  orderChanges(before, after, (id) => id ?? 'none').map(({ sentence }) => sentence);

test.each([
  ['a', 1, 'bacd'],
  ['d', 0, 'dabc'],
  ['b', 99, 'acdb'],
  ['c', -5, 'cabd'],
  ['b', 1, 'abcd'],
  ['x', 0, 'abcd'],
])('%s moved to place %i', (groupId, position, expected) => {
  expect(
    moveTo(rules, groupId, position)
      .map((one) => one.groupId)
      .join(''),
  ).toBe(expected);
});

test('an order differs by place, policy, length, fallback and baseline', () => {
  const saved = order(rules);
  expect(isSameOrder(saved, order([...rules]))).toBe(true);
  const others = [
    order(moveTo(rules, 'a', 1)),
    order([rule('a', 'q'), ...rules.slice(1)]),
    order(rules.slice(1)),
    order(rules, { fallbackPolicyId: 'p' }),
    order(rules, { baselinePolicyId: 'p' }),
  ];
  expect(others.map((one) => isSameOrder(saved, one))).toEqual(others.map(() => false));
});

test('one moved group is one change, whatever it passes', () => {
  expect(sentences(order(rules), order(moveTo(rules, 'a', 3)))).toEqual(['A moves from position 1 to 4.']);
  expect(sentences(order(rules), order(moveTo(rules, 'd', 0)))).toEqual(['D moves from position 4 to 1.']);
});

test('taking out, adding and replacing are named; the others do not count as moved', () => {
  const after = order([rule('b', 'q'), rule('c'), rule('d'), rule('new', 'q')], { fallbackPolicyId: 'p' });
  expect(sentences(order(rules, { baselinePolicyId: 'z' }), after)).toEqual([
    'A is taken out of the order.',
    'B gets q instead of p.',
    'NEW gets q, at position 4.',
    'The fallback is p instead of none.',
    'The baseline is none instead of z.',
  ]);
  expect(sentences(after, after)).toEqual([]);
});

test('only ids are sent', () => {
  expect(toInput(order([rule('a')], { baselinePolicyId: 'z' }))).toEqual({
    items: [{ groupId: 'a', policyId: 'p' }],
    fallbackPolicyId: null,
    baselinePolicyId: 'z',
  });
});
