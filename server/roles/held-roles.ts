import { type BuiltInRole, builtInRoles, isBuiltInRole, permissionsOf } from '#contract/built-in-roles.ts';
import { type Permission, permissions, withIncluded } from '#contract/permissions.ts';

/** A role as one of its holders has it. `name` and `permissions` are those of a custom role, null for a built-in one. */
export interface HeldRole {
  id: string;
  name: string | null;
  permissions: string[] | null;
}

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name);

/** What one role grants. A role that is not there any more, and a permission this version does not know, grant nothing. */
export const permissionsOfRole = ({
  id,
  permissions: granted,
}: Pick<HeldRole, 'id' | 'permissions'>): ReadonlySet<Permission> =>
  isBuiltInRole(id) ? permissionsOf(id) : withIncluded((granted ?? []).filter(isPermission));

/** What is ticked in a role, without what that includes. */
export const tickedOf = ({ id, permissions: granted }: Pick<HeldRole, 'id' | 'permissions'>): ReadonlySet<Permission> =>
  new Set<Permission>(isBuiltInRole(id) ? builtInRoles[id].permissions : (granted ?? []).filter(isPermission));

/** Roles add up: the union, whatever their order. */
export function permissionsFrom(held: readonly Pick<HeldRole, 'id' | 'permissions'>[]): ReadonlySet<Permission> {
  const [first, ...others] = held;
  if (first && others.length === 0) return permissionsOfRole(first);
  return new Set(held.flatMap((role) => [...permissionsOfRole(role)]));
}

/** What only one of two holds. */
export const differenceOf = (one: ReadonlySet<Permission>, other: ReadonlySet<Permission>): Set<Permission> =>
  new Set([...[...one].filter((held) => !other.has(held)), ...[...other].filter((held) => !one.has(held))]);

export const holds = (held: readonly Pick<HeldRole, 'id'>[], role: BuiltInRole): boolean =>
  held.some(({ id }) => id === role);

export const roleName = ({ id, name }: Pick<HeldRole, 'id' | 'name'>): string =>
  isBuiltInRole(id) ? builtInRoles[id].name : (name ?? 'A role that was deleted');

export const asRoleRefs = (held: readonly HeldRole[]): { id: string; name: string }[] =>
  held
    .filter(({ id, name }) => name !== null || isBuiltInRole(id))
    .map((role) => ({ id: role.id, name: roleName(role) }));
