import { isBuiltInRole } from '#contract/built-in-roles.ts';
import type { Permission } from '#contract/permissions.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type HeldRole, permissionsOfRole, roleName } from './held-roles.ts';
import { findRolesById } from './queries.ts';

/** Whoever gives roles, with what they hold at this moment. */
export interface Granter {
  workspaceId: string;
  isOwner: boolean;
  permissions: ReadonlySet<Permission>;
}

async function readRoles(tx: Database, workspaceId: string, ids: readonly string[]): Promise<HeldRole[]> {
  const custom = new Map((await findRolesById(tx, workspaceId, ids)).map((role) => [role.id, role]));
  return ids.map((id) => {
    if (isBuiltInRole(id)) return { id, name: null, permissions: null };
    const role = custom.get(id);
    if (role) return role;
    throw new ReeveError('not-found', { roleId: id }, { message: 'A role that was chosen does not exist any more.' });
  });
}

/**
 * Nobody gives, or takes away, more than they hold: otherwise whoever manages roles could make themselves anything with a friend's help.
 * @throws ReeveError not-found for an unknown role, not-permitted for one beyond the granter
 */
export async function refuseBeyondOwn(tx: Database, granter: Granter, roleIds: readonly string[]): Promise<void> {
  for (const role of await readRoles(tx, granter.workspaceId, roleIds)) {
    if (role.id === 'owner' && !granter.isOwner)
      throw new ReeveError('not-permitted', {}, { message: 'Only a workspace owner can make or change an owner.' });
    const beyond = [...permissionsOfRole(role)].filter((permission) => !granter.permissions.has(permission));
    if (beyond.length > 0)
      throw new ReeveError(
        'not-permitted',
        { roleId: role.id, beyond },
        {
          message: `The role “${roleName(role)}” includes more than you hold yourself (${beyond.join(', ')}), so you cannot give it or take it away. Ask a workspace owner.`,
        },
      );
  }
}
