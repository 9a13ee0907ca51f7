import { expect, test } from 'vitest';
import type { SignOnProblem } from '#contract/sso.ts';
import { problemReport, whomToAsk } from './problem-report.ts';

const problem: SignOnProblem = {
  code: 'provider-refused',
  sentence: 'The identity provider refused the sign-in.',
  sendTo: 'identity-provider',
  advice: 'Assign the person to the application.',
  connectionName: 'Okta',
  said: 'access_denied: User is not assigned to the client application.',
  reference: 'req_1',
  at: '2026-03-01T10:00:00.000Z',
  next: '/',
};

test('the report holds all that an administrator looks for', () => {
  expect(problemReport(problem).split('\n')).toEqual([
    'Reeve: The identity provider refused the sign-in.',
    'To do: Assign the person to the application.',
    'Connection: Okta',
    'The identity provider said: access_denied: User is not assigned to the client application.',
    'Code: provider-refused',
    'Reference: req_1',
    'When: 2026-03-01T10:00:00.000Z',
  ]);
  expect(whomToAsk(problem)).toContain('looks after Okta');
});

test('what is not known is left out', () => {
  const report = problemReport({ ...problem, connectionName: null, said: null, sendTo: 'workspace' });
  expect(report).not.toMatch(/null|said|Connection/);
  expect(whomToAsk({ ...problem, sendTo: 'workspace' })).toContain('an owner of your Reeve workspace');
});
