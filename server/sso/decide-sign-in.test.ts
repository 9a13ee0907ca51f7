import { describe, expect, test } from 'vitest';
import { decideSignIn, type SignInFacts, showsSecondFactor } from './decide-sign-in.ts';
import { SignOnRefused } from './problems.ts';

const active = { id: 'mem_1', status: 'active' as const };
const base: SignInFacts = {
  mapped: { email: 'ada@example.com', name: 'Ada', groups: ['staff'] },
  emailVerified: true,
  connectionId: 'sso_1',
  domain: { connectionId: 'sso_1' },
  linked: null,
  sameEmail: null,
  justInTime: { who: 'verified-domains' },
};
const decided = (facts: Partial<SignInFacts>) => {
  try {
    const decision = decideSignIn({ ...base, ...facts });
    return decision.outcome === 'would-join'
      ? 'joins'
      : `${decision.memberId}${decision.links ? ' links' : ''}${decision.activates ? ' activates' : ''}`;
  } catch (error) {
    if (error instanceof SignOnRefused) return error.code;
    throw error;
  }
};
const member = (more = {}) => ({ ...active, isLinkedElsewhere: false, ...more });
const groups: SignInFacts['justInTime'] = { who: 'groups', groups: ['codex', 'staff'] };

describe('somebody new', () => {
  test.each<[string, Partial<SignInFacts>, string]>([
    ['joins by a verified domain of this connection', {}, 'joins'],
    ['joins where the provider says nothing about the address of a verified domain', { emailVerified: null }, 'joins'],
    ['never with an address that the provider disowns', { emailVerified: false }, 'email-unverified'],
    ['never with an address of another connection’s domain', { domain: { connectionId: 'sso_2' } }, 'email-elsewhere'],
    ['never with an address of a domain that no connection has', { domain: { connectionId: null } }, 'email-elsewhere'],
    ['not by the domain rule from a foreign domain', { domain: null }, 'not-a-member'],
    ['not when nobody joins', { justInTime: { who: 'nobody' } }, 'not-a-member'],
    ['joins by a group', { justInTime: { who: 'groups', groups: ['x', 'staff'] } }, 'joins'],
    [
      'joins by a group from a foreign domain that is vouched for',
      { justInTime: { who: 'groups', groups: ['staff'] }, domain: null },
      'joins',
    ],
    [
      'not by a group without a vouch',
      { justInTime: { who: 'groups', groups: ['staff'] }, domain: null, emailVerified: null },
      'email-unverified',
    ],
    ['not by a group they are not in', { justInTime: { who: 'groups', groups: ['codex'] } }, 'not-a-member'],
    ['not without an address', { mapped: { ...base.mapped, email: null } }, 'email-missing'],
  ])('%s', (_what, facts, outcome) => {
    expect(decided(facts)).toBe(outcome);
  });
});

describe('a member', () => {
  test.each<[string, Partial<SignInFacts>, string]>([
    ['with the same address is linked', { sameEmail: member() }, 'mem_1 links'],
    ['who was invited is linked and active', { sameEmail: member({ status: 'invited' }) }, 'mem_1 links activates'],
    [
      'is not linked by an address nobody vouches for',
      { sameEmail: member(), domain: null, emailVerified: null },
      'email-unverified',
    ],
    [
      'is not linked by another connection’s domain',
      { sameEmail: member(), domain: { connectionId: 'sso_2' } },
      'email-elsewhere',
    ],
    ['is not linked twice', { sameEmail: member({ isLinkedElsewhere: true }) }, 'email-elsewhere'],
    ['who is suspended stays out', { sameEmail: member({ status: 'suspended' }) }, 'member-suspended'],
    ['who was deprovisioned stays out', { sameEmail: member({ status: 'deprovisioned' }) }, 'member-deprovisioned'],
    [
      'who is linked needs no address any more',
      { linked: active, mapped: { ...base.mapped, email: null }, emailVerified: false },
      'mem_1',
    ],
    ['who is linked and suspended stays out', { linked: { ...active, status: 'suspended' } }, 'member-suspended'],
    [
      'who is linked and deprovisioned stays out',
      { linked: { ...active, status: 'deprovisioned' } },
      'member-deprovisioned',
    ],
    [
      'who is linked is who they are, whoever has their address',
      { linked: { ...active, id: 'mem_2' }, sameEmail: member() },
      'mem_2',
    ],
  ])('%s', (_what, facts, outcome) => {
    expect(decided({ justInTime: groups, ...facts })).toBe(outcome);
  });
});

test.each([
  [{ amr: [], acr: [] }, { amr: [], acr: null }, false],
  [{ amr: ['mfa'], acr: [] }, { amr: ['pwd', 'mfa'], acr: null }, true],
  [{ amr: ['mfa'], acr: [] }, { amr: ['pwd'], acr: 'mfa' }, 'context-missing'],
  [{ amr: [], acr: ['a', 'b'] }, { amr: [], acr: 'b' }, true],
  [{ amr: [], acr: ['a'] }, { amr: ['a'], acr: null }, 'context-missing'],
  [{ amr: ['mfa'], acr: ['a'] }, { amr: ['mfa'], acr: 'x' }, 'context-missing'],
])('asked for %j, shown %j: %s', (required, shown, outcome) => {
  if (typeof outcome === 'boolean') expect(showsSecondFactor(required, shown)).toBe(outcome);
  else expect(() => showsSecondFactor(required, shown)).toThrow(expect.objectContaining({ code: outcome }));
});
