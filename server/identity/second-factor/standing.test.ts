import { describe, expect, test } from 'vitest';
import { type BuiltInRole, permissionsOf } from '#contract/built-in-roles.ts';
import { checkSecondFactor } from '#server/http/check-second-factor.ts';
import type { HeldFactors } from './held-factors.ts';
import { describeStanding, type SessionFacts, standingOf } from './standing.ts';

const now = new Date('2026-03-02T09:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const tomorrow = new Date(now.getTime() + 86_400_000);
const none: HeldFactors = { passkey: false, totp: false, recoveryCode: false };
const totp: HeldFactors = { passkey: false, totp: true, recoveryCode: true };

interface Case extends Partial<Omit<SessionFacts, 'permissions'>> {
  role?: BuiltInRole;
}

function outcomes({ role = 'admin', ...facts }: Case) {
  const session: SessionFacts = {
    audience: 'off',
    graceUntil: null,
    permissions: permissionsOf(role),
    held: none,
    signInMethod: 'password',
    secondFactorAt: null,
    now,
    ...facts,
  };
  const member = { secondFactor: standingOf(session), secondFactorAt: session.secondFactorAt };
  const ask = (meta: { stepUp?: boolean; beforeSecondFactor?: boolean }) => {
    try {
      checkSecondFactor(meta, member);
      return 'goes on';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  return {
    state: describeStanding(member),
    ordinary: ask({}),
    dangerous: ask({ stepUp: true }),
    enrolment: ask({ stepUp: true, beforeSecondFactor: true }),
  };
}

const goesOn = { ordinary: 'goes on', dangerous: 'goes on', enrolment: 'goes on' };
const mustEnrol = { ordinary: 'second-factor-required', dangerous: 'second-factor-required', enrolment: 'goes on' };
const mustShow = { ordinary: 'step-up-required', dangerous: 'step-up-required', enrolment: 'step-up-required' };
const asksForDangerous = { ordinary: 'goes on', dangerous: 'step-up-required', enrolment: 'step-up-required' };

describe('rule × grace × factor × way of signing in', () => {
  test.each<[string, Case, object]>([
    ['no rule, no factor', {}, goesOn],
    ['no rule, a factor not shown here', { held: totp }, asksForDangerous],
    ['no rule, a factor shown long ago', { held: totp, secondFactorAt: minutesAgo(11) }, asksForDangerous],
    ['no rule, a factor shown just now', { held: totp, secondFactorAt: minutesAgo(9) }, goesOn],
    ['admins only, a Codex user without', { audience: 'admins', role: 'codex-user' }, goesOn],
    ['admins only, an admin without', { audience: 'admins' }, mustEnrol],
    ['admins only, a Codex admin without', { audience: 'admins', role: 'codex-admin' }, mustEnrol],
    ['everyone, a Codex user without', { audience: 'everyone', role: 'codex-user' }, mustEnrol],
    ['everyone, in the grace', { audience: 'everyone', graceUntil: tomorrow }, goesOn],
    ['everyone, the grace is over', { audience: 'everyone', graceUntil: minutesAgo(1) }, mustEnrol],
    ['everyone, the grace ends now', { audience: 'everyone', graceUntil: now }, mustEnrol],
    ['everyone, a factor not shown here', { audience: 'everyone', held: totp }, mustShow],
    ['everyone, a factor in the grace', { audience: 'everyone', graceUntil: tomorrow, held: totp }, asksForDangerous],
    ['everyone, a factor just shown', { audience: 'everyone', held: totp, secondFactorAt: minutesAgo(1) }, goesOn],
    [
      'everyone, a factor shown long ago',
      { audience: 'everyone', held: totp, secondFactorAt: minutesAgo(11) },
      asksForDangerous,
    ],
    ['single sign-on that shows none', { audience: 'everyone', signInMethod: 'sso' }, mustEnrol],
    [
      'single sign-on that has just shown one',
      { audience: 'everyone', signInMethod: 'sso', secondFactorAt: minutesAgo(1) },
      goesOn,
    ],
    [
      'single sign-on that showed one long ago',
      { audience: 'everyone', signInMethod: 'sso', secondFactorAt: minutesAgo(60) },
      asksForDangerous,
    ],
    [
      'a passkey instead of a password',
      { audience: 'everyone', signInMethod: 'passkey', held: totp, secondFactorAt: minutesAgo(1) },
      goesOn,
    ],
    ['a link', { audience: 'everyone', signInMethod: 'link' }, mustEnrol],
  ])('%s', (_name, facts, expected) => {
    expect(outcomes(facts)).toMatchObject(expected);
  });
});

test('a session of single sign-on without a factor here confirms at its identity provider', () => {
  const facts = { signInMethod: 'sso', secondFactorAt: minutesAgo(60), held: none } as const;
  const standing = standingOf({
    audience: 'off',
    graceUntil: null,
    permissions: permissionsOf('owner'),
    now,
    ...facts,
  });
  expect(standing.methods).toEqual(['sso']);
});

test('recovery codes alone are no second factor', () => {
  const { state } = outcomes({ audience: 'everyone', held: { ...none, recoveryCode: true } });
  expect(state).toMatchObject({ isEnrolled: false, mustEnrolNow: true });
});

test('the member is told the day it begins, and no day afterwards', () => {
  expect(outcomes({ audience: 'everyone', graceUntil: tomorrow }).state).toMatchObject({
    isRequired: true,
    mustEnrolNow: false,
    graceUntil: tomorrow.toISOString(),
  });
  expect(outcomes({ audience: 'everyone', graceUntil: minutesAgo(1) }).state).toMatchObject({
    mustEnrolNow: true,
    graceUntil: null,
  });
  expect(outcomes({ audience: 'off', graceUntil: tomorrow }).state).toMatchObject({
    isRequired: false,
    graceUntil: null,
  });
});
