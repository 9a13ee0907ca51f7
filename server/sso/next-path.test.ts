import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPath } from './next-path.ts';

const origin = 'https://reeve.test:8443';

test.each([
  ['/policies', '/policies'],
  ['/authorize/abc?x=1#y', '/authorize/abc?x=1#y'],
  ['/sign-in/done', '/sign-in/done'],
  [null, '/'],
  ['', '/'],
  ['policies', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/./\\evil.example', '/'],
  ['https://reeve.test:8443@evil.example', '/'],
  ['/sso/start', '/'],
  ['/api/v1/session', '/'],
])('%s leads to %s', (asked, path) => {
  expect(nextPath(asked, origin)).toBe(path);
});

test('what percent encoding makes too long is the start page', () => {
  expect(nextPath(`/policies?search=${'ä'.repeat(1000)}`, origin)).toBe('/');
});

test('whatever is asked for, a browser stays on this site', () => {
  const pieces = fc.array(
    fc.constantFrom('/', '\\', '.', '..', '@', ':', '%2f', '%5c', '\t', '\n', 'evil.example', 'https:', '?', '#', ' '),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      expect(new URL(nextPath(parts.join(''), origin), `${origin}/sso/start`).origin).toBe(origin);
    }),
    { numRuns: 2000 },
  );
});
