import type { PolicySummary } from '#contract/policies.ts';

export type PolicyShow = 'assigned' | 'unassigned' | 'draft' | 'awaits-approval';

const isAssigned = ({ groups, isFallback, isBaseline }: PolicySummary) => groups.length > 0 || isFallback || isBaseline;

const isShown: Record<PolicyShow, (policy: PolicySummary) => boolean> = {
  assigned: isAssigned,
  unassigned: (policy) => !isAssigned(policy),
  draft: ({ hasDraft }) => hasDraft,
  'awaits-approval': ({ awaitsApproval }) => awaitsApproval,
};

/** Groups first, as the order has them; then who applies when none of them did; then what applies to nobody. */
function rank({ groups, isFallback, isBaseline }: PolicySummary): number {
  if (groups.length > 0) return Math.min(...groups.map(({ position }) => position));
  if (isFallback) return 1e9;
  return isBaseline ? 2e9 : 3e9;
}

export const inOrderOfApplication = (policies: readonly PolicySummary[]): PolicySummary[] =>
  policies
    .map((policy) => ({ policy, at: rank(policy) }))
    .sort((a, b) => a.at - b.at || a.policy.name.localeCompare(b.policy.name))
    .map(({ policy }) => policy);

/** By a part of the name of the policy or of a group it applies to. */
export function filterPolicies(
  policies: readonly PolicySummary[],
  { search = '', show }: { search?: string | undefined; show?: PolicyShow | undefined },
): PolicySummary[] {
  const wanted = search.trim().toLowerCase();
  const fits = (name: string) => name.toLowerCase().includes(wanted);
  return policies.filter(
    (policy) =>
      (!show || isShown[show](policy)) &&
      (wanted === '' || fits(policy.name) || policy.groups.some(({ name }) => fits(name))),
  );
}

/** "1, 4, 9 and 12 more": 1-based places in the order. */
export function sayPlaces(places: readonly number[], most = 3): string {
  const sorted = places.map((place) => place + 1).sort((a, b) => a - b);
  const shown = sorted.slice(0, most).join(', ');
  return sorted.length > most ? `${shown} +${sorted.length - most}` : shown;
}
