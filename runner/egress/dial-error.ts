import type { EgressRule } from '#contract/internet-access.ts';

/** Why no connection came about. */
export class DialError extends Error {
  override readonly name = 'DialError';
  /** Where that is a rule of ours. */
  readonly rule: EgressRule | null;
  /** Nobody listens there now. */
  readonly isAbsent: boolean;
  constructor(message: string, rule: EgressRule | null, isAbsent = false) {
    super(message);
    this.rule = rule;
    this.isAbsent = isAbsent;
  }
}
