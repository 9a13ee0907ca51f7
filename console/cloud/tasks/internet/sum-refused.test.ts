import { expect, test } from 'vitest';
import { sumRefused } from './sum-refused.ts';

test('what was refused is said once for each host and rule, the most often first', () => {
  const refused = (host: string, method: string, rule: 'domain-not-listed' | 'method-not-allowed') => ({
    host,
    method,
    rule,
    isAllowed: false,
  });
  expect(
    sumRefused([
      refused('a.example', 'GET', 'domain-not-listed'),
      { host: 'pypi.org', method: 'GET', rule: 'listed-domain', isAllowed: true },
      refused('pypi.org', 'POST', 'method-not-allowed'),
      refused('b.example', 'CONNECT', 'domain-not-listed'),
      refused('b.example', 'GET', 'domain-not-listed'),
    ]),
  ).toEqual([
    { host: 'b.example', rule: 'domain-not-listed', methods: ['CONNECT', 'GET'], count: 2 },
    { host: 'a.example', rule: 'domain-not-listed', methods: ['GET'], count: 1 },
    { host: 'pypi.org', rule: 'method-not-allowed', methods: ['POST'], count: 1 },
  ]);
});
