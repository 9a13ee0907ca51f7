import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { can, type Permission } from '#contract/permissions.ts';
import type { SessionState } from '#contract/session-state.ts';

export const sessionQuery = api.identity.session.queryOptions({ staleTime: 60_000 });

type SignedIn = Extract<SessionState, { state: 'signed-in' }>;
let lastSignedIn: SignedIn | null = null;

/**
 * The session inside the shell. When it ends meanwhile the page stays as it is, with what was typed; the next request asks to sign
 * in again.
 */
export function useSession(): SignedIn {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data.state === 'signed-in') lastSignedIn = data;
  if (lastSignedIn === null) throw new Error('This part of the console is only for people who are signed in.');
  return lastSignedIn;
}

export function useCan(permission: Permission): boolean {
  const { data } = useQuery(sessionQuery);
  return data?.state === 'signed-in' && can(data.permissions, permission);
}

/** For the few things that no permission stands for. */
export const useIsOwner = (): boolean => useSession().member.roles.some(({ id }) => id === 'owner');
