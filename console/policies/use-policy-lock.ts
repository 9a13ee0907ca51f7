import { useCan } from '#console/session.ts';
import { useProtection } from './protection/use-protection.ts';

export interface PolicyLock {
  /** Why nothing can be written here; null: it can. */
  writing: string | null;
  /** Why nothing can be published, ordered or deleted; null: it can. */
  publishing: string | null;
  managedBy: string | null;
  needsApprover: boolean;
}

/** What keeps whoever looks from writing and publishing: their permissions, a freeze, a folder that owns the policies. */
export function usePolicyLock(): PolicyLock {
  const mayWrite = useCan('policies.write');
  const { data } = useProtection();
  const managedBy = data?.managedBy ?? null;
  const frozen = data?.frozen ?? null;
  const writing = !mayWrite
    ? 'Your roles let you see policies, not write them.'
    : managedBy !== null
      ? `The folder ${managedBy} owns the policies: change them there.`
      : null;
  const publishing =
    writing ??
    (frozen && 'All policies are frozen: nothing is published, ordered or deleted until the freeze is lifted.');
  return { writing, publishing, managedBy, needsApprover: data?.secondApprover ?? false };
}
