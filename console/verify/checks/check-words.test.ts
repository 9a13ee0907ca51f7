import { expect, test } from 'vitest';
import type { VerifyCheck } from '#contract/setup.ts';
import { answerOf } from './check-words.ts';

const check = (state: VerifyCheck['state']): VerifyCheck => ({
  id: state,
  title: state,
  area: 'people',
  state,
  evidence: '',
  facts: [],
  since: '2026-11-26T00:00:00.000Z',
  checkedAt: '2026-11-26T00:00:00.000Z',
  next: null,
  path: null,
});

test.each([
  [['ok'], 'ok', 'Everything is all right'],
  [['ok', 'unknown'], 'ok', 'Everything is all right, as far as it could be looked at (1 unknown)'],
  [['warning', 'unknown'], 'warn', 'Nothing is broken, with 1 warning, 1 unknown'],
  [['problem', 'problem', 'warning'], 'bad', 'No: 2 problems, 1 warning'],
] as const)('%j', (states, tone, title) => {
  expect(answerOf(states.map(check))).toEqual({ tone, title });
});
