import { can } from '#contract/permissions.ts';
import type { Actor } from '#server/audit/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { Granter } from './grant-roles.ts';
import { holds, permissionsFrom } from './held-roles.ts';
import { findMemberStatus } from './holder-queries.ts';
import { findHeldRoles } from './queries.ts';
import { lockRoles } from './role-queries.ts';

export type RoleServices = Pick<Services, 'db' | 'clock' | 'signals'>;

/** The member who changes roles. */
export interface ActingMember {
  workspaceId: string;
  memberId: string;
  actor: Actor;
}

interface Change {
  tx: Database;
  granter: Granter;
  at: Date;
}

/** What somebody holds at this moment, when they may still manage roles. @throws ReeveError not-permitted */
export async function readGranter(tx: Database, { workspaceId, memberId }: ActingMember): Promise<Granter> {
  const held = await findHeldRoles(tx, workspaceId, memberId);
  const permissions = permissionsFrom(held);
  const status = await findMemberStatus(tx, workspaceId, memberId);
  if (status !== 'active' || !can(permissions, 'roles.write'))
    throw new ReeveError('not-permitted', { permission: 'roles.write' });
  return { workspaceId, isOwner: holds(held, 'owner'), permissions };
}

/**
 * One change of roles in one transaction. Changes of one workspace come one after the other, and what the acting member holds is read
 * again under the lock: two people who take each other's roles at the same time do not both succeed. Running calls of whoever may no
 * longer use Codex end after the commit.
 */
export async function changeAccess<Result>(
  { db, clock, signals }: RoleServices,
  acting: ActingMember,
  apply: (change: Change) => Promise<Result>,
): Promise<Result> {
  const { workspaceId } = acting;
  const result = await db
    .transaction()
    .execute(async (tx) => {
      if (!(await lockRoles(tx, workspaceId))) throw new ReeveError('not-found');
      return apply({ tx, granter: await readGranter(tx, acting), at: clock() });
    })
    .catch(refuseLostRace);
  signals.emit('access-changed', { workspaceId, memberId: null, because: 'roles-changed' });
  return result;
}
