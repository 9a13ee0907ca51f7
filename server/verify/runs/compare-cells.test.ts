import { expect, test } from 'vitest';
import type { ProofVerdict } from '#contract/proofs.ts';
import { brokenIn, type ComparedCell, driftBetween, isOlder, nearestOlder } from './compare-cells.ts';

const cell = (
  clientVersion: string,
  verdicts: Record<string, ProofVerdict>,
  { revision = 3 }: { revision?: number } = {},
): ComparedCell => ({
  policyName: 'Contractors',
  revision,
  clientVersion,
  attempts: Object.entries(verdicts).map(([attempt, verdict]) => ({ attempt, constraint: attempt, verdict })),
});

test('what an older client kept and a newer one does not is a drift, in words', () => {
  const before = cell('0.163.0', { rules: 'held', network: 'held' });
  expect(driftBetween(cell('0.169.0', { rules: 'not-enforced', network: 'held' }), before)).toBe(
    'Codex 0.169.0 no longer keeps `rules` of Contractors version 3 that 0.163.0 kept.',
  );
  expect(driftBetween(cell('0.169.0', { rules: 'broken', network: 'broken' }), before)).toBe(
    'Codex 0.169.0 no longer keeps `rules` and `network` of Contractors version 3 that 0.163.0 kept.',
  );
});

test.each<[ProofVerdict, ProofVerdict]>([
  ['held', 'held'],
  ['held', 'not-tried'],
  ['held', 'inconclusive'],
  ['not-enforced', 'not-enforced'],
  ['not-enforced', 'held'],
  ['broken', 'broken'],
  ['inconclusive', 'broken'],
])('%s before and %s now is none', (before, now) => {
  expect(driftBetween(cell('0.169.0', { rules: now }), cell('0.163.0', { rules: before }))).toBeNull();
});

test('a constraint that the policy no longer states is none', () => {
  expect(driftBetween(cell('0.169.0', { network: 'held' }), cell('0.169.0', { rules: 'held' }))).toBeNull();
});

test('an entry put before the others is no drift: attempts are told apart by name, wherever they stand', () => {
  const before = cell('0.169.0', { 'rule-1f3a9c2e': 'held', 'denied-read-77d0b1aa': 'held' });
  const now = cell('0.169.0', {
    'rule-0c55e1d4': 'not-enforced',
    'rule-1f3a9c2e': 'held',
    'denied-read-77d0b1aa': 'held',
  });
  expect(driftBetween(now, before)).toBeNull();
});

test('the same client is compared with the proof before', () => {
  const now = cell('0.169.0', { rules: 'broken' });
  expect(driftBetween(now, cell('0.169.0', { rules: 'held' }))).toBe(
    'Codex 0.169.0 no longer keeps `rules` of Contractors version 3, which it kept at the proof before.',
  );
  expect(driftBetween(now, cell('0.169.0', { rules: 'held' }, { revision: 2 }))).toBe(
    'Codex 0.169.0 no longer keeps `rules` of Contractors version 3 that it kept in version 2.',
  );
});

test('what was broken is said with what it is of', () => {
  expect(brokenIn(cell('0.169.0', { rules: 'held' }))).toBeNull();
  expect(brokenIn(cell('0.169.0', { rules: 'broken' }, { revision: 0 }))).toBe(
    'Codex 0.169.0 was brought past `rules` of Reeve’s own pins.',
  );
});

test('versions are compared by their numbers, and the nearest older one is found', () => {
  expect([isOlder('0.99.0', '0.120.0'), isOlder('0.120.0', '0.99.0'), isOlder('0.120.0', '0.120.0')]).toEqual([
    true,
    false,
    false,
  ]);
  const rows = ['0.140.0', '0.169.0', '0.163.0', '0.99.0'].map((client_version) => ({ client_version }));
  expect(nearestOlder('0.169.0', rows)?.client_version).toBe('0.163.0');
  expect(nearestOlder('0.99.0', rows)).toBeUndefined();
});
