import type { z } from 'zod';
import { formatCount } from '#console/ui/figures.ts';
import type { directory, Member } from '#contract/directory.ts';

export const statusNames: Record<Member['status'], string> = {
  invited: 'Invited',
  active: 'Active',
  suspended: 'Suspended',
  deprovisioned: 'Deprovisioned',
};

export const sourceNames: Record<Member['source'], string> = {
  manual: 'By hand',
  scim: 'SCIM',
  sso: 'Single sign-on',
};

type Counts = z.infer<NonNullable<(typeof directory.members.count)['~orpc']['outputSchema']>>;

/** "1,204 active, 3 invited." States that nobody is in are left out. */
export function sayCounts({ isCapped, ...counts }: Counts): string {
  const said = (['active', 'invited', 'suspended', 'deprovisioned'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${formatCount(counts[status])} ${statusNames[status].toLowerCase()}`);
  if (isCapped) return `More than ${formatCount(10_000)} match.`;
  return said.length === 0 ? 'Nobody.' : `${said.join(', ')}.`;
}
