import { can } from '#contract/permissions.ts';
import type { RoleSetUp } from '#contract/roles.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type ActingMember, changeAccess, type RoleServices } from './change-access.ts';
import type { Granter } from './grant-roles.ts';
import { findGroupName, listGroupRoles } from './holder-queries.ts';
import { type AccessPlan, nothingChanges, planDefault, readMeanings } from './plan-change.ts';
import { refusePlanBeyondOwn } from './refuse-plan.ts';
import { updateDefaultRole } from './role-queries.ts';
import { addFirstMembers, findUnknownMembers, insertGroup, insertGroupGrants } from './set-up-queries.ts';

interface PlannedGroup {
  id: string;
  name: string;
  isNew: boolean;
  memberIds: readonly string[];
  roleId: 'codex-user' | 'codex-admin';
  hasRole: boolean;
}
export interface SetUpPlan extends AccessPlan {
  groups: readonly [users: PlannedGroup, admins: PlannedGroup];
}

async function planGroup(
  db: Database,
  workspaceId: string,
  wanted: RoleSetUp['users'],
  roleId: PlannedGroup['roleId'],
): Promise<PlannedGroup> {
  if ('name' in wanted) {
    const unknown = await findUnknownMembers(db, workspaceId, wanted.memberIds);
    if (unknown.length > 0)
      throw new ReeveError(
        'not-found',
        { memberIds: unknown },
        { message: `Someone you put into ${wanted.name} is not a member any more.` },
      );
    return { id: newId('grp'), isNew: true, roleId, hasRole: false, ...wanted };
  }
  const name = await findGroupName(db, workspaceId, wanted.groupId);
  if (name === undefined)
    throw new ReeveError('not-found', wanted, { message: 'A group that was chosen does not exist any more.' });
  const roles = await listGroupRoles(db, workspaceId, [wanted.groupId]);
  const hasRole = roles.some(({ id }) => id === roleId);
  return { id: wanted.groupId, name, isNew: false, memberIds: [], roleId, hasRole };
}

/** Codex users, Codex admins, and what everybody else has: planned together, because each touches the others. */
export async function planSetUp(db: Database, workspaceId: string, setUp: RoleSetUp): Promise<SetUpPlan> {
  const users = await planGroup(db, workspaceId, setUp.users, 'codex-user');
  const admins = await planGroup(db, workspaceId, setUp.admins, 'codex-admin');
  if (users.name.toLowerCase() === admins.name.toLowerCase())
    throw new ReeveError(
      'conflict',
      {},
      { message: 'Choose two groups: one for everybody who uses Codex, one for those who administer it.' },
    );
  const byDefault = await planDefault(
    db,
    { workspaceId, now: await readMeanings(db, workspaceId) },
    setUp.defaultRoleId,
  );
  const groups = [users, admins] as const;
  const given = groups.filter(({ hasRole }) => !hasRole);
  const overlay = {
    ...nothingChanges(),
    added: given.map(({ id, roleId }) => ({ role_id: roleId, member_id: null, group_id: id })),
    joins: groups.flatMap(({ id, memberIds }) => memberIds.map((member_id) => ({ group_id: id, member_id }))),
    isDefaultTouched: byDefault.overlay.isDefaultTouched,
  };
  return { ...byDefault, overlay, handedOver: given.map(({ roleId }) => roleId), groups };
}

/** @throws ReeveError not-permitted */
export function refuseNewGroups({ permissions }: Granter, { groups }: Pick<SetUpPlan, 'groups'>): void {
  if (groups.some(({ isNew }) => isNew) && !can(permissions, 'groups.write'))
    throw new ReeveError(
      'not-permitted',
      { permission: 'groups.write' },
      { message: 'Your roles do not include making groups. Choose two that exist, or ask a workspace owner.' },
    );
}

/** Makes or takes the two groups, gives them their roles, and sets the default role, all of it or nothing. */
export const setUpRoles = (
  services: RoleServices,
  acting: ActingMember,
  setUp: RoleSetUp,
): Promise<Record<'users' | 'admins', { id: string; name: string }>> =>
  changeAccess(services, acting, async ({ tx, granter, at }) => {
    const { workspaceId, actor } = acting;
    const plan = await planSetUp(tx, workspaceId, setUp);
    refuseNewGroups(granter, plan);
    const { members } = await refusePlanBeyondOwn(tx, granter, plan);
    for (const group of plan.groups) {
      if (group.isNew) await makeGroup(tx, acting, group, at);
      if (!group.hasRole) await insertGroupGrants(tx, { workspaceId, groupId: group.id, roleId: group.roleId, at });
    }
    await updateDefaultRole(tx, workspaceId, setUp.defaultRoleId, at);
    const [users, admins] = plan.groups;
    await record(tx, actor, 'roles.set-up', {
      at,
      before: { defaultRoleId: plan.now.defaultRoleId },
      after: { users: users.name, admins: admins.name, defaultRoleId: setUp.defaultRoleId },
      touchedMembers: members,
    });
    return { users: { id: users.id, name: users.name }, admins: { id: admins.id, name: admins.name } };
  });

async function makeGroup(
  tx: Database,
  { workspaceId, actor }: ActingMember,
  { id, name, memberIds }: PlannedGroup,
  at: Date,
): Promise<void> {
  if (!(await insertGroup(tx, { id, workspaceId, name, at })))
    throw new ReeveError(
      'already-exists',
      { name },
      { message: `There is a group named “${name}” already. Choose it, or another name.` },
    );
  await addFirstMembers(tx, { workspaceId, groupId: id, memberIds, at });
  const subject = { kind: 'group', id, label: name };
  await record(tx, actor, 'group.created', { at, subject, after: { name, memberIds } });
}
