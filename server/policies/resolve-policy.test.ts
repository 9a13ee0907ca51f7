import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolvePolicy } from './resolve-policy.ts';

const id: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const order = fc.array(fc.record({ groupId: id, policyId: id }), { maxLength: 12 });
const groups = fc.uniqueArray(id).map((ids) => new Set(ids));
const fallback = fc.option(id);

test('says which assignment decided and what was tried before it', () => {
  const assignments = [
    { groupId: 'sales', policyId: 'strict' },
    { groupId: 'data', policyId: 'balanced' },
    { groupId: 'all', policyId: 'loose' },
  ];
  expect(resolvePolicy(assignments, new Set(['all', 'data']), 'fallback')).toEqual({
    policyId: 'balanced',
    because: 'first-match',
    matchedAt: 1,
    tried: [
      { groupId: 'sales', policyId: 'strict', matched: false },
      { groupId: 'data', policyId: 'balanced', matched: true },
    ],
  });
  expect(resolvePolicy(assignments, new Set(['other']), 'fallback')).toMatchObject({
    policyId: 'fallback',
    because: 'fallback',
    matchedAt: null,
  });
  expect(resolvePolicy(assignments, new Set(), null)).toMatchObject({ policyId: null, because: 'no-policy' });
});

test('the answer is the first assignment that fits, and nothing before it fits', () => {
  fc.assert(
    fc.property(order, groups, fallback, (assignments, groupIds, fallbackPolicyId) => {
      const { policyId, matchedAt, because, tried } = resolvePolicy(assignments, groupIds, fallbackPolicyId);
      expect(tried.slice(0, -1).every(({ groupId }) => !groupIds.has(groupId))).toBe(true);
      if (matchedAt === null) {
        expect(assignments.some(({ groupId }) => groupIds.has(groupId))).toBe(false);
        expect(policyId).toBe(fallbackPolicyId);
        expect(because).toBe(fallbackPolicyId === null ? 'no-policy' : 'fallback');
        expect(tried).toHaveLength(assignments.length);
      } else {
        expect(groupIds.has(assignments[matchedAt]?.groupId ?? '')).toBe(true);
        expect(policyId).toBe(assignments[matchedAt]?.policyId);
        expect(tried).toHaveLength(matchedAt + 1);
      }
    }),
  );
});

test('what stands behind the match changes nothing', () => {
  fc.assert(
    fc.property(order, order, groups, fallback, (assignments, later, groupIds, fallbackPolicyId) => {
      fc.pre(assignments.some(({ groupId }) => groupIds.has(groupId)));
      const alone = resolvePolicy(assignments, groupIds, fallbackPolicyId);
      expect(resolvePolicy([...assignments, ...later], groupIds, null)).toEqual(alone);
    }),
  );
});

test('an assignment put first decides for everyone in its group', () => {
  fc.assert(
    fc.property(order, groups, id, id, (assignments, groupIds, groupId, policyId) => {
      const { policyId: chosen } = resolvePolicy([{ groupId, policyId }, ...assignments], groupIds, null);
      expect(chosen === policyId || !groupIds.has(groupId)).toBe(true);
    }),
  );
});
