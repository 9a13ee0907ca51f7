import { expect, test } from 'vitest';
import type { PolicySummary } from '#contract/policies.ts';
import { filterPolicies, inOrderOfApplication, sayPlaces } from './policy-list.ts';

const policy = (name: string, facts: Partial<PolicySummary> = {}): PolicySummary => ({
  id: name,
  name,
  number: 1,
  revision: 1,
  hasDraft: false,
  awaitsApproval: false,
  isFallback: false,
  isBaseline: false,
  groups: [],
  memberCount: 0,
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: null,
  ...facts,
});
const at = (...positions: number[]) =>
  positions.map((position) => ({ id: `g${position}`, name: `G${position}`, position }));
const names = (list: PolicySummary[]) => list.map(({ name }) => name).join(' ');

const policies = [
  policy('Zebra'),
  policy('Base', { isBaseline: true }),
  policy('Rest', { isFallback: true }),
  policy('Second', { groups: at(7, 1) }),
  policy('First', { groups: at(0, 9), isFallback: true, hasDraft: true }),
  policy('Asked', { hasDraft: true, awaitsApproval: true }),
];

test('the list follows the order: groups, fallback, baseline, then what applies to nobody by name', () => {
  expect(names(inOrderOfApplication(policies))).toBe('First Second Rest Base Asked Zebra');
});

test.each([
  [{ search: 'z' }, 'Zebra'],
  [{ search: 'G7' }, 'Second'],
  [{ search: '  ' }, 'Zebra Base Rest Second First Asked'],
  [{ show: 'assigned' as const }, 'Base Rest Second First'],
  [{ show: 'unassigned' as const }, 'Zebra Asked'],
  [{ show: 'draft' as const }, 'First Asked'],
  [{ show: 'awaits-approval' as const, search: 'z' }, ''],
])('%j shows %s', (filter, shown) => {
  expect(names(filterPolicies(policies, filter))).toBe(shown);
});

test.each([
  [[], ''],
  [[4], '5'],
  [[8, 0, 3], '1, 4, 9'],
  [[5, 4, 3, 2, 1], '2, 3, 4 +2'],
])('places %j read %s', (places, said) => {
  expect(sayPlaces(places)).toBe(said);
});
