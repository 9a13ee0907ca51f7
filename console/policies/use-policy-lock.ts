import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';

export interface PolicyLock {
  /** Why nothing can be written here; null: it can. */
  writing: string | null;
  /** Why nothing can be published or deleted; null: it can. */
  publishing: string | null;
  /** Set while all policies are frozen. */
  frozen: { at: string; by: string; because: string } | null;
  managedBy: string | null;
  needsApprover: boolean;
}

/** What keeps whoever looks from writing and publishing: their permissions, a freeze, a folder that owns the policies. */
export function usePolicyLock(): PolicyLock {
  const mayWrite = useCan('policies.write');
  const { data } = useQuery(api.policies.protection.get.queryOptions());
  const managedBy = data?.managedBy ?? null;
  const frozen = data?.frozen ?? null;
  const writing = !mayWrite
    ? 'Your roles let you see policies, not write them.'
    : managedBy !== null
      ? `The folder ${managedBy} owns the policies: change them there.`
      : null;
  const publishing =
    writing ?? (frozen && 'All policies are frozen: nothing is published or deleted until the freeze is lifted.');
  return { writing, publishing, frozen, managedBy, needsApprover: data?.secondApprover ?? false };
}
