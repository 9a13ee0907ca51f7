import type { SecondFactorMethod } from '#contract/second-factor.ts';

/** What a member has here. */
export interface HeldFactors {
  passkey: boolean;
  totp: boolean;
  /** Codes that are not used yet. They stand in for the other two and never alone. */
  recoveryCode: boolean;
}

export const isEnrolled = ({ passkey, totp }: HeldFactors): boolean => passkey || totp;

/** How they can show it, the most convenient first. */
export function methodsOf(held: HeldFactors): SecondFactorMethod[] {
  if (!isEnrolled(held)) return [];
  return [
    ...(held.passkey ? (['passkey'] as const) : []),
    ...(held.totp ? (['totp'] as const) : []),
    ...(held.recoveryCode ? (['recovery-code'] as const) : []),
  ];
}
