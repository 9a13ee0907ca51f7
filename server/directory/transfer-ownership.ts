import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { findHeldRoles, setDirectRoles } from '#server/roles/index.ts';
import { type ActingMember, requireOwner } from './acting-member.ts';
import type { ChangeServices } from './change-directory.ts';
import { changeMembership } from './change-membership.ts';
import { listDirectRolesOf } from './member-queries.ts';
import { memberSubject } from './provision-members.ts';

/** The member becomes an owner and whoever acts stops being one, keeping `keepRoleIds`: both or neither. */
export async function transferOwnership(
  services: ChangeServices,
  acting: ActingMember,
  { id, keepRoleIds }: { id: string; keepRoleIds: readonly string[] },
): Promise<void> {
  if (id === acting.memberId) throw new ReeveError('conflict', {}, { message: 'You are an owner already.' });
  if (keepRoleIds.includes('owner'))
    throw new ReeveError('conflict', {}, { message: 'Whoever hands ownership over does not keep it.' });
  await changeMembership(services, acting, {
    id,
    needs: 'roles.write',
    apply: async (change, target, granter) => {
      const { tx, workspaceId, at } = change;
      requireOwner(granter);
      if (target.status !== 'active')
        throw new ReeveError('conflict', {}, { message: `${target.name} cannot sign in now, so cannot be the owner.` });
      const direct = await listDirectRolesOf(tx, [id]);
      const roleIds = [...(direct[0]?.roles ?? []).map((role) => role.id), 'owner'];
      const received = await setDirectRoles(tx, granter, { memberId: id, roleIds, at });
      const given = await setDirectRoles(tx, granter, { memberId: acting.memberId, roleIds: keepRoleIds, at });
      const held = (await findHeldRoles(tx, workspaceId, acting.memberId)).map((role) => role.id);
      await record(tx, acting.actor, 'ownership.transferred', {
        at,
        subject: memberSubject(target),
        before: { theirRoles: received.before, ownRoles: given.before },
        after: { theirRoles: received.after, ownRoles: given.after, held },
      });
      change.accessEnds(id, 'roles-changed');
      change.accessEnds(acting.memberId, 'roles-changed');
    },
  });
}
