import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InternetAccess, internetPresets, noInternet } from '#contract/internet-access.ts';
import { judge } from './judge.ts';
import { tightenAccess, tightenInternet } from './tighten-access.ts';

const hosts = ['pypi.org', 'files.pypi.org', 'corp.test', 'a.corp.test', 'b.a.corp.test', 'evil.test', 'npmjs.org'];
const anAccess: fc.Arbitrary<InternetAccess> = fc.record({
  isOn: fc.boolean(),
  preset: fc.constantFrom(...internetPresets),
  domains: fc.subarray(hosts),
  methods: fc.constantFrom('safe', 'all'),
});

const allows = (access: InternetAccess, host: string, method: string): boolean => {
  const policy = { phase: 'agent', access, offBecause: 'internet-off', isSetupInternet: false } as const;
  const rule = judge(policy, { host, method, isUpgrade: false, headers: {} });
  return ['preset-common', 'preset-all', 'listed-domain'].includes(rule);
};

test('what is tightened allows what both allow, and nothing else', () => {
  fc.assert(
    fc.property(
      anAccess,
      anAccess,
      fc.constantFrom(...hosts),
      fc.constantFrom('GET', 'POST'),
      (one, other, host, method) => {
        const both = allows(one, host, method) && allows(other, host, method);
        expect(allows(tightenAccess(one, other), host, method)).toBe(both);
      },
    ),
    { numRuns: 2_000 },
  );
});

describe('the reason that is said', () => {
  const open: InternetAccess = { isOn: true, preset: 'all', domains: [], methods: 'all' };
  const rules = (agent: InternetAccess, agentOffBecause: 'internet-off' | 'workspace-off') => ({
    setup: open,
    agent,
    agentOffBecause,
  });

  test('is that of whoever switched it off', () => {
    const off = rules(noInternet, 'workspace-off');
    expect(tightenInternet(rules(open, 'internet-off'), off)).toEqual(off);
  });

  test('stays where it was off from the beginning', () => {
    expect(tightenInternet(rules(noInternet, 'internet-off'), rules(open, 'workspace-off'))).toEqual(
      rules(noInternet, 'internet-off'),
    );
  });
});
