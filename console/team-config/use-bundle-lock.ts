import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';

export interface BundleLock {
  /** Why this person cannot change bundles, in words; null when they can. */
  writing: string | null;
  /** Nobody publishes what they wrote themselves. */
  needsApprover: boolean;
}

export const writeReason = 'Your role may read Team Config and not change it. Ask a workspace owner or a Codex admin.';

export function useBundleLock(): BundleLock {
  const mayWrite = useCan('team-config.write');
  const { data } = useQuery(api.teamConfig.list.queryOptions());
  return { writing: mayWrite ? null : writeReason, needsApprover: data?.secondApprover ?? false };
}
