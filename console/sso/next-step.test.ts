import { expect, test } from 'vitest';
import type { Connection } from '#contract/sso.ts';
import { nextStep } from './next-step.ts';

type Facts = Parameters<typeof nextStep>[0];

const oidc: Connection['oidc'] = {
  issuer: 'https://id.example.com',
  clientId: 'reeve',
  scopes: ['openid'],
  hasClientSecret: true,
};
const tested = (outcome: 'works' | 'refused'): Connection['lastTest'] => ({
  at: '2026-03-01T10:00:00.000Z',
  by: 'Ada Lovelace',
  outcome,
  reason: null,
  claims: {},
  mapped: null,
});
const ready: Facts = {
  kind: 'oidc',
  status: 'enabled',
  oidc,
  saml: null,
  lastTest: tested('works'),
  domains: ['example.com'],
  justInTime: { who: 'nobody' },
};

test.each<[string, Partial<Facts>, RegExp | null]>([
  ['nothing from the provider yet', { oidc: null, lastTest: null, domains: [], status: 'draft' }, /^Register Reeve/],
  ['settings of the other protocol do not count', { kind: 'saml', status: 'draft' }, /^Register Reeve/],
  ['never tested', { lastTest: null, domains: [], status: 'draft' }, /^Test it/],
  ['a refused test comes before the domains', { lastTest: tested('refused'), domains: [] }, /test was refused/],
  ['tested, without a domain', { domains: [], status: 'draft' }, /^Choose the e-mail domains/],
  ['all but enabled', { status: 'draft' }, /Enable it/],
  ['disabled again', { status: 'disabled' }, /Enable it/],
  ['enabled', {}, null],
])('%s', (_name, change, expected) => {
  const step = nextStep({ ...ready, ...change });
  if (expected === null) expect(step).toBeNull();
  else expect(step?.sentence).toMatch(expected);
});
