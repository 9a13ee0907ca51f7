import { permissionsOf } from '#contract/built-in-roles.ts';
import type { Permission } from '#contract/permissions.ts';
import type { SecondFactorAudience, SecondFactorState, StepUpMethod } from '#contract/second-factor.ts';
import type { SecondFactorStanding, SignedInMember, SignInMethod } from '#server/http/request-context.ts';
import { type HeldFactors, isEnrolled, methodsOf } from './held-factors.ts';

/** How long a second factor that was shown is good for dangerous actions. */
export const freshForMs = 10 * 60_000;

const usesCodex = permissionsOf('codex-user');

/** More than using Codex: such a member can do harm to others. */
export const isBeyondCodexUser = (held: Iterable<Permission>): boolean =>
  [...held].some((permission) => !usesCodex.has(permission));

export const isAsked = (audience: SecondFactorAudience, permissions: Iterable<Permission>): boolean =>
  audience === 'everyone' || (audience === 'admins' && isBeyondCodexUser(permissions));

export interface SessionFacts {
  audience: SecondFactorAudience;
  graceUntil: Date | null;
  permissions: ReadonlySet<Permission>;
  held: HeldFactors;
  signInMethod: SignInMethod;
  secondFactorAt: Date | null;
  now: Date;
}

/** An identity provider that has shown a factor for this session can be asked for it again. */
function stepUpMethods({ held, signInMethod, secondFactorAt }: SessionFacts): StepUpMethod[] {
  const own = methodsOf(held);
  if (own.length > 0) return own;
  return signInMethod === 'sso' && secondFactorAt !== null ? ['sso'] : [];
}

export function standingOf(facts: SessionFacts): SecondFactorStanding {
  const { audience, graceUntil, permissions, held, secondFactorAt, now } = facts;
  const isRequired = isAsked(audience, permissions);
  const isGrace = graceUntil !== null && graceUntil > now;
  return {
    isRequired,
    isInForce: isRequired && !isGrace,
    graceUntil: isRequired && isGrace ? graceUntil : null,
    isEnrolled: isEnrolled(held),
    methods: stepUpMethods(facts),
    isFresh: secondFactorAt !== null && now.getTime() - secondFactorAt.getTime() < freshForMs,
  };
}

/** As the member is told. */
export const describeStanding = ({
  secondFactor,
  secondFactorAt,
}: Pick<SignedInMember, 'secondFactor' | 'secondFactorAt'>): SecondFactorState => ({
  isRequired: secondFactor.isRequired,
  isEnrolled: secondFactor.isEnrolled,
  graceUntil: secondFactor.graceUntil?.toISOString() ?? null,
  mustEnrolNow: secondFactor.isInForce && !secondFactor.isEnrolled && secondFactorAt === null,
  verifiedAt: secondFactorAt?.toISOString() ?? null,
});
