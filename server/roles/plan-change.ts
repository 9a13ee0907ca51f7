import { isBuiltInRole, permissionsOf } from '#contract/built-in-roles.ts';
import type { Permission } from '#contract/permissions.ts';
import { withIncluded } from '#contract/permissions.ts';
import type { AccessChangeDraft } from '#contract/roles.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { differenceOf, permissionsOfRole } from './held-roles.ts';
import { findGroupName, findMemberStatus, listGroupRoles } from './holder-queries.ts';
import type { AccessOverlay, Grant } from './overlay-queries.ts';
import { listDirectRoles } from './queries.ts';
import { findCustomRole, findDefaultRoleId, listCustomRoles } from './role-queries.ts';

/** What each role and having none grants, before or after a change. */
export interface RoleMeanings {
  of: (roleId: string) => ReadonlySet<Permission>;
  defaultRoleId: string | null;
}

/** A change of who may do what, thought through but not made. */
export interface AccessPlan {
  overlay: AccessOverlay;
  now: RoleMeanings;
  after: RoleMeanings;
  /** Roles that are given or taken: whoever makes the change has to hold all of each. */
  handedOver: string[];
  /** Permissions that go into or out of a role, whether somebody has it or not. */
  rewritten: ReadonlySet<Permission>;
}

export const nothingChanges = (): AccessOverlay => ({
  removed: [],
  added: [],
  joins: [],
  leaves: [],
  removedRoles: [],
  removedGroups: [],
  touchedRoles: [],
  isDefaultTouched: false,
});

export async function readMeanings(db: Database, workspaceId: string): Promise<RoleMeanings> {
  const custom = new Map((await listCustomRoles(db, workspaceId)).map((role) => [role.id, permissionsOfRole(role)]));
  const nothing: ReadonlySet<Permission> = new Set();
  return {
    of: (id) => (isBuiltInRole(id) ? permissionsOf(id) : (custom.get(id) ?? nothing)),
    defaultRoleId: await findDefaultRoleId(db, workspaceId),
  };
}

/** Grants that go and come when these roles replace those. */
export function replaceRoles(
  holder: { member_id: string; group_id: null } | { member_id: null; group_id: string },
  before: readonly string[],
  after: readonly string[],
): { removed: Grant[]; added: Grant[]; changed: string[] } {
  const removed = before.filter((id) => !after.includes(id));
  const added = [...new Set(after)].filter((id) => !before.includes(id));
  const grant = (role_id: string): Grant => ({ role_id, ...holder });
  return { removed: removed.map(grant), added: added.map(grant), changed: [...added, ...removed] };
}

export async function requireCustomRole(db: Database, workspaceId: string, id: string) {
  if (isBuiltInRole(id))
    throw new ReeveError(
      'conflict',
      { roleId: id },
      { message: 'Built-in roles cannot be changed. Write a role of your own.' },
    );
  const role = await findCustomRole(db, workspaceId, id);
  if (!role) throw new ReeveError('not-found', { roleId: id }, { message: 'This role does not exist any more.' });
  return role;
}

async function planRole(
  db: Database,
  { workspaceId, now }: PlanContext,
  { id, permissions }: { id: string; permissions: readonly Permission[] },
): Promise<AccessPlan> {
  await requireCustomRole(db, workspaceId, id);
  const written = withIncluded(permissions);
  const after = { ...now, of: (roleId: string) => (roleId === id ? written : now.of(roleId)) };
  const overlay = { ...nothingChanges(), touchedRoles: [id], isDefaultTouched: now.defaultRoleId === id };
  return { overlay, now, after, handedOver: [], rewritten: differenceOf(now.of(id), written) };
}

async function planDeletion(db: Database, { workspaceId, now }: PlanContext, id: string): Promise<AccessPlan> {
  await requireCustomRole(db, workspaceId, id);
  if (now.defaultRoleId === id) throw new ReeveError('role-in-use');
  const overlay = { ...nothingChanges(), removedRoles: [id], touchedRoles: [id] };
  return { overlay, now, after: now, handedOver: [id], rewritten: new Set() };
}

async function planMemberRoles(
  db: Database,
  { workspaceId, now }: PlanContext,
  { memberId, roleIds }: { memberId: string; roleIds: readonly string[] },
): Promise<AccessPlan> {
  if (!(await findMemberStatus(db, workspaceId, memberId))) throw new ReeveError('not-found', { memberId });
  const before = (await listDirectRoles(db, memberId)).map(({ id }) => id);
  const { changed, ...grants } = replaceRoles({ member_id: memberId, group_id: null }, before, roleIds);
  return { overlay: { ...nothingChanges(), ...grants }, now, after: now, handedOver: changed, rewritten: new Set() };
}

async function planGroupRoles(
  db: Database,
  { workspaceId, now }: PlanContext,
  { groupId, roleIds }: { groupId: string; roleIds: readonly string[] },
): Promise<AccessPlan> {
  if ((await findGroupName(db, workspaceId, groupId)) === undefined) throw new ReeveError('not-found', { groupId });
  if (roleIds.includes('owner')) throw ownerByGroup();
  const before = (await listGroupRoles(db, workspaceId, [groupId])).map(({ id }) => id);
  const { changed, ...grants } = replaceRoles({ member_id: null, group_id: groupId }, before, roleIds);
  return { overlay: { ...nothingChanges(), ...grants }, now, after: now, handedOver: changed, rewritten: new Set() };
}

/** What the new default grants has to be held by whoever sets it, and so has what the old one granted and the new one does not. */
export async function planDefault(
  db: Database,
  { workspaceId, now }: PlanContext,
  roleId: string | null,
): Promise<AccessPlan> {
  if (roleId === 'owner')
    throw new ReeveError('conflict', { roleId }, { message: 'Owner cannot be the default role: it is given by hand.' });
  if (roleId !== null && !isBuiltInRole(roleId)) await requireCustomRole(db, workspaceId, roleId);
  const grants = (id: string | null): ReadonlySet<Permission> => (id === null ? new Set<Permission>() : now.of(id));
  return {
    overlay: { ...nothingChanges(), isDefaultTouched: roleId !== now.defaultRoleId },
    now,
    after: { ...now, defaultRoleId: roleId },
    handedOver: [],
    rewritten: differenceOf(grants(now.defaultRoleId), grants(roleId)),
  };
}

export const ownerByGroup = () =>
  new ReeveError('conflict', { roleId: 'owner' }, { message: 'Owner is held by people, never by groups.' });

export interface PlanContext {
  workspaceId: string;
  now: RoleMeanings;
}

type SingleChange = Exclude<AccessChangeDraft, { kind: 'set-up' }>;

/** @throws ReeveError not-found, conflict, role-in-use for a change that cannot be made by anybody */
export async function planChange(db: Database, workspaceId: string, change: SingleChange): Promise<AccessPlan> {
  const context = { workspaceId, now: await readMeanings(db, workspaceId) };
  switch (change.kind) {
    case 'role':
      return planRole(db, context, change);
    case 'deletion':
      return planDeletion(db, context, change.id);
    case 'member-roles':
      return planMemberRoles(db, context, change);
    case 'group-roles':
      return planGroupRoles(db, context, change);
    case 'default-role':
      return planDefault(db, context, change.roleId);
  }
}
