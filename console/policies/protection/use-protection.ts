import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';

/** Freeze, second approver and who owns the policies. */
export function useProtection() {
  const mayRead = useCan('policies.read');
  return useQuery(api.policies.protection.get.queryOptions({ enabled: mayRead }));
}

/** Why nobody may change here what members get, or null. The server decides; this only says so beforehand. */
export function useWhyLocked(): string | null {
  const mayWrite = useCan('policies.write');
  const { data } = useProtection();
  if (!mayWrite) return 'Your roles do not include changing policies.';
  if (data?.managedBy) return `The folder ${data.managedBy} owns the policies: change them there.`;
  if (data?.frozen) return 'Policies are frozen. Lift the freeze first.';
  return null;
}
