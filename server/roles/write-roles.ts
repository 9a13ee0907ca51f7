import { type Permission, withIncluded } from '#contract/permissions.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type ActingMember, changeAccess, type RoleServices } from './change-access.ts';
import { tickedOf } from './held-roles.ts';
import { nothingChanges, planChange, readMeanings, requireCustomRole } from './plan-change.ts';
import { refusePlanBeyondOwn } from './refuse-plan.ts';
import { deleteRole, insertRole, isRoleNameTaken, updateDefaultRole, updateRole } from './role-queries.ts';

interface RoleText {
  name: string;
  description: string;
}

const subjectOf = (id: string, name: string) => ({ kind: 'role', id, label: name });

async function refuseTakenName(tx: Database, workspaceId: string, name: string, exceptId: string | null) {
  if (await isRoleNameTaken(tx, workspaceId, { name, exceptId }))
    throw new ReeveError('already-exists', { name }, { message: `There is a role named “${name}” already.` });
}

/** Ticked permissions in the order of the catalogue, without repeats. */
const inOrder = (permissions: readonly Permission[]): Permission[] => [...new Set(permissions)].sort();

/** @returns its id */
export const createRole = (
  services: RoleServices,
  acting: ActingMember,
  { name, description, permissions }: RoleText & { permissions: readonly Permission[] },
): Promise<string> =>
  changeAccess(services, acting, async ({ tx, granter, at }) => {
    const { workspaceId } = acting;
    const now = await readMeanings(tx, workspaceId);
    const rewritten = withIncluded(permissions);
    await refusePlanBeyondOwn(tx, granter, { overlay: nothingChanges(), now, after: now, handedOver: [], rewritten });
    await refuseTakenName(tx, workspaceId, name, null);
    const id = newId('rol');
    const after = { name, description, permissions: inOrder(permissions) };
    await insertRole(tx, { id, workspaceId, at, ...after });
    await record(tx, acting.actor, 'role.created', { at, subject: subjectOf(id, name), after });
    return id;
  });

/** @throws ReeveError not-found, conflict (built in), already-exists, not-permitted */
export const changeRole = (
  services: RoleServices,
  acting: ActingMember,
  {
    id,
    ...change
  }: { id: string } & { [Key in keyof RoleText]?: string | undefined } & {
    permissions?: readonly Permission[] | undefined;
  },
): Promise<void> =>
  changeAccess(services, acting, async ({ tx, granter, at }) => {
    const { workspaceId } = acting;
    const role = await requireCustomRole(tx, workspaceId, id);
    const before = { name: role.name, description: role.description, permissions: role.permissions };
    const permissions = inOrder(change.permissions ?? [...tickedOf(role)]);
    await refusePlanBeyondOwn(tx, granter, await planChange(tx, workspaceId, { kind: 'role', id, permissions }));
    const after = { name: change.name ?? role.name, description: change.description ?? role.description, permissions };
    await refuseTakenName(tx, workspaceId, after.name, id);
    await updateRole(tx, id, after, at);
    await record(tx, acting.actor, 'role.updated', { at, subject: subjectOf(id, after.name), before, after });
  });

/** Takes it from whoever has it, in the same transaction. @throws ReeveError role-in-use for the default role */
export const removeRole = (services: RoleServices, acting: ActingMember, id: string): Promise<void> =>
  changeAccess(services, acting, async ({ tx, granter, at }) => {
    const { workspaceId } = acting;
    const { name, description, permissions } = await requireCustomRole(tx, workspaceId, id);
    const plan = await planChange(tx, workspaceId, { kind: 'deletion', id });
    const { members } = await refusePlanBeyondOwn(tx, granter, plan);
    await deleteRole(tx, workspaceId, id);
    const before = { name, description, permissions };
    await record(tx, acting.actor, 'role.deleted', {
      at,
      subject: subjectOf(id, name),
      before,
      touchedMembers: members,
    });
  });

export const setDefaultRole = (
  services: RoleServices,
  acting: ActingMember,
  roleId: string | null,
): Promise<string | null> =>
  changeAccess(services, acting, async ({ tx, granter, at }) => {
    const { workspaceId } = acting;
    const plan = await planChange(tx, workspaceId, { kind: 'default-role', roleId });
    const { members } = await refusePlanBeyondOwn(tx, granter, plan);
    await updateDefaultRole(tx, workspaceId, roleId, at);
    await record(tx, acting.actor, 'roles.default-changed', {
      at,
      before: { defaultRoleId: plan.now.defaultRoleId },
      after: { defaultRoleId: roleId },
      touchedMembers: members,
    });
    return roleId;
  });
