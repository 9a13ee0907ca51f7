import type { PolicySummary } from '#contract/policies.ts';

export interface PolicyOption {
  value: string;
  label: string;
  disabled: boolean;
}

/** By name; what was never published cannot apply to anybody. */
export const policyOptions = (policies: readonly PolicySummary[]): PolicyOption[] =>
  policies
    .map(({ id, name, revision }) => ({
      value: id,
      label: revision === 0 ? `${name} (never published)` : name,
      disabled: revision === 0,
    }))
    .sort((a, b) => Number(a.disabled) - Number(b.disabled) || a.label.localeCompare(b.label));
