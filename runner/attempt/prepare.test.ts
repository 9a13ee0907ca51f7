import { expect, test } from 'vitest';
import { isFinal } from './prepare.ts';

test.each([
  ['403', true],
  ['404', true],
  ['408', false],
  ['429', false],
  ['502', false],
])('a repository that answers %s: final %s', (status, final) => {
  expect(
    isFinal(`git fetch ended with 128: fatal: unable to access: The requested URL returned error: ${status}`),
  ).toBe(final);
});
