import { expect, test } from 'vitest';
import { localPath } from './local-path.ts';
import { normaliseUserCode } from './user-code.ts';

test.each([
  ['abcd-efgh', 'ABCD-EFGH'],
  [' abcd efgh ', 'ABCD-EFGH'],
  ['ABCDEFGH', 'ABCD-EFGH'],
  ['abc', 'ABC'],
])('%j means %s', (typed, code) => {
  expect(normaliseUserCode(typed)).toBe(code);
});

test.each([
  [undefined, '/'],
  ['/activity?outcome=refused', '/activity?outcome=refused'],
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
])('after signing in %j leads to %s', (next, path) => {
  expect(localPath(next)).toBe(path);
});
