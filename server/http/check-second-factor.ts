import type { EndpointMeta } from '#contract/endpoint.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from './request-context.ts';

/**
 * Whether this call has to wait for a second factor. A dangerous one asks for a fresh one from whoever has any; under a rule in force
 * everything does that is not on the way to having, or showing, one.
 * @throws ReeveError step-up-required, second-factor-required
 */
export function checkSecondFactor(
  { stepUp = false, beforeSecondFactor = false }: Pick<EndpointMeta, 'stepUp' | 'beforeSecondFactor'>,
  { secondFactor, secondFactorAt }: Pick<SignedInMember, 'secondFactor' | 'secondFactorAt'>,
): void {
  const { isInForce, isEnrolled, isFresh, methods } = secondFactor;
  const isKeptOut = isInForce && secondFactorAt === null && !beforeSecondFactor;
  if (isKeptOut && !isEnrolled) throw new ReeveError('second-factor-required');
  const isAskedAgain = stepUp && !isFresh && methods.length > 0;
  if (isKeptOut || isAskedAgain) throw new ReeveError('step-up-required', { methods: [...methods] });
}
