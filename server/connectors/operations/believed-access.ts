import { LRUCache } from 'lru-cache';

export type Permission = 'none' | 'read' | 'write' | 'admin';

/** A repository as Reeve names it, an account by its number at the git server. */
interface AccessOf {
  repositoryId: string;
  accountId: string;
}

/** What somebody was allowed is believed for so long. A refusal is asked anew each time: they may have just been let in. */
const believedMs = 60_000;
const granted = new LRUCache<string, { permission: Permission; at: number }>({ max: 10_000 });
/** Counts what was forgotten: an answer that was on its way then is not believed. */
let forgotten = 0;

const keyOf = ({ repositoryId, accountId }: AccessOf): string => `${repositoryId}/${accountId}`;

export const believed = {
  /** What is known, or a way to tell what was found out. */
  begin(of: AccessOf, clock: Date): { known: Permission | null; believe: (permission: Permission) => void } {
    const key = keyOf(of);
    const at = clock.getTime();
    const one = granted.get(key);
    const known = one && Math.abs(at - one.at) < believedMs ? one.permission : null;
    if (known === null) granted.delete(key);
    const since = forgotten;
    return {
      known,
      believe(permission) {
        if (permission !== 'none' && since === forgotten) granted.set(key, { permission, at });
      },
    };
  },
};

/**
 * What was believed of repositories, of an account, or of both is asked anew. For whoever hears that it changed; other processes believe it
 * for a minute at most.
 */
export function forgetAccess(of: { repositoryIds?: ReadonlySet<string>; accountId?: string }): void {
  const { repositoryIds, accountId } = of;
  forgotten += 1;
  for (const key of granted.keys()) {
    const [repositoryId = '', account] = key.split('/');
    const isMeant =
      (repositoryIds === undefined || repositoryIds.has(repositoryId)) &&
      (accountId === undefined || account === accountId);
    if (isMeant) granted.delete(key);
  }
}

/** Of one account in one repository, which was just found out: what is on its way about others still holds. */
export const forgetOne = (of: AccessOf): void => void granted.delete(keyOf(of));
