import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';

/** Freeze, second approver and who owns the policies. */
export function useProtection() {
  const mayRead = useCan('policies.read');
  return useQuery(api.policies.protection.get.queryOptions({ enabled: mayRead }));
}
