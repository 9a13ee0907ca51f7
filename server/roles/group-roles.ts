import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type ActingMember, changeAccess, type RoleServices } from './change-access.ts';
import { asRoleRefs } from './held-roles.ts';
import { findGroupName, listGroupRoles, replaceGroupRoles } from './holder-queries.ts';
import { planChange } from './plan-change.ts';
import { refusePlanBeyondOwn } from './refuse-plan.ts';

export async function readGroupRoles(db: Database, workspaceId: string, groupId: string) {
  if ((await findGroupName(db, workspaceId, groupId)) === undefined) throw new ReeveError('not-found', { groupId });
  return { items: asRoleRefs(await listGroupRoles(db, workspaceId, [groupId])) };
}

/** Everybody in the group has them from their next request on; also in a group that the identity provider fills. */
export const setGroupRoles = (
  services: RoleServices,
  acting: ActingMember,
  { groupId, roleIds }: { groupId: string; roleIds: readonly string[] },
): Promise<void> =>
  changeAccess(services, acting, async ({ tx, granter, at }) => {
    const { workspaceId } = acting;
    const after = [...new Set(roleIds)].sort();
    const plan = await planChange(tx, workspaceId, { kind: 'group-roles', groupId, roleIds: after });
    const { members } = await refusePlanBeyondOwn(tx, granter, plan);
    const before = (await listGroupRoles(tx, workspaceId, [groupId])).map(({ id }) => id);
    await replaceGroupRoles(tx, { workspaceId, groupId, roleIds: after, at });
    const subject = { kind: 'group', id: groupId, label: (await findGroupName(tx, workspaceId, groupId)) ?? groupId };
    await record(tx, acting.actor, 'group.roles-changed', {
      at,
      subject,
      before: { roles: before },
      after: { roles: after },
      touchedMembers: members,
    });
  });
