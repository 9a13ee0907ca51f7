import type { Database } from '#server/db/open-database.ts';
import type { Granter } from './grant-roles.ts';
import { planChange } from './plan-change.ts';
import { deleteDirectRoles, insertDirectRoles, listDirectRoles } from './queries.ts';
import { refusePlanBeyondOwn } from './refuse-plan.ts';

/**
 * Replaces the roles a member has themselves. The caller holds the workspace's lock and keeps an owner.
 * @throws ReeveError not-found, not-permitted
 */
export async function setDirectRoles(
  tx: Database,
  granter: Granter,
  { memberId, roleIds, at }: { memberId: string; roleIds: readonly string[]; at: Date },
): Promise<{ before: string[]; after: string[] }> {
  const { workspaceId } = granter;
  const before = (await listDirectRoles(tx, memberId)).map(({ id }) => id);
  const after = [...new Set(roleIds)].sort();
  const plan = await planChange(tx, workspaceId, { kind: 'member-roles', memberId, roleIds: after });
  await refusePlanBeyondOwn(tx, granter, plan);
  await deleteDirectRoles(tx, memberId);
  await insertDirectRoles(tx, { workspaceId, memberIds: [memberId], roleIds: after, at });
  return { before, after };
}
