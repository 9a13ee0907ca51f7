import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { can, type Permission } from '#contract/permissions.ts';

export const sessionQuery = api.identity.session.queryOptions({ staleTime: 60_000 });

/** The session inside the shell, where somebody is always signed in. */
export function useSession() {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data.state !== 'signed-in') throw new Error('This part of the console is only for people who are signed in.');
  return data;
}

export function useCan(permission: Permission): boolean {
  const { data } = useQuery(sessionQuery);
  return data?.state === 'signed-in' && can(data.permissions, permission);
}
