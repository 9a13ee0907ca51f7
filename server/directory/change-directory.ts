import type { Actor } from '#server/audit/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { countActiveOwners } from '#server/roles/index.ts';
import type { AccessChange, Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { lacksBreakGlassOwner } from './break-glass-queries.ts';

export type ChangeServices = Pick<Services, 'db' | 'clock' | 'signals'>;

/** A transaction that changes people or groups; everything done in it holds together or not at all. */
export interface DirectoryChange {
  tx: Database;
  workspaceId: string;
  actor: Actor;
  at: Date;
  mayUnmakeOwner: boolean;
  /** What a person asks for leaves its entry even when it changed nothing; a synchronisation that repeats itself does not. */
  recordsUnchanged: boolean;
  /** Tells the rest of this process after the commit. `memberId` null: it may be about anybody. */
  accessEnds(memberId: string | null, because: AccessChange['because']): void;
}

type Opening = Pick<DirectoryChange, 'workspaceId' | 'actor' | 'mayUnmakeOwner'> & { recordsUnchanged?: boolean };

async function keepOwners(tx: Database, workspaceId: string): Promise<void> {
  if ((await countActiveOwners(tx, workspaceId)) === 0) throw new ReeveError('last-owner');
  if (await lacksBreakGlassOwner(tx, workspaceId))
    throw new ReeveError(
      'last-owner',
      {},
      {
        message:
          'Single sign-on is required, and this is the last owner who may still use a password. Choose another one under Single sign-on first.',
      },
    );
}

/**
 * The one way to change the directory, for people and for keys alike. With `mayUnmakeOwner` the changes of one workspace come one after
 * the other, and none leaves it without an active owner.
 * @throws ReeveError last-owner, conflict when somebody else removed or named the same at the same moment
 */
export async function changeDirectory<Result>(
  { db, clock, signals }: ChangeServices,
  { workspaceId, actor, mayUnmakeOwner, recordsUnchanged = false }: Opening,
  apply: (change: DirectoryChange) => Promise<Result>,
): Promise<Result> {
  const ended: AccessChange[] = [];
  const result = await db
    .transaction()
    .execute(async (tx) => {
      if (mayUnmakeOwner) await lockWorkspace(tx, workspaceId);
      const accessEnds: DirectoryChange['accessEnds'] = (memberId, because) =>
        void ended.push({ workspaceId, memberId, because });
      const done = await apply({ tx, workspaceId, actor, at: clock(), mayUnmakeOwner, recordsUnchanged, accessEnds });
      if (mayUnmakeOwner) await keepOwners(tx, workspaceId);
      return done;
    })
    .catch(refuseLostRace);
  for (const change of ended) signals.emit('access-changed', change);
  return result;
}

/** Whoever forgot it would unmake the last owner without anyone noticing. */
export function requireOwnersHeld({ mayUnmakeOwner }: DirectoryChange): void {
  if (!mayUnmakeOwner) throw new Error('this change may unmake an owner: open it with mayUnmakeOwner');
}
