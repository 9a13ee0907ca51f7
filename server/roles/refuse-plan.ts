import { type Permission, permissions } from '#contract/permissions.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type Granter, refuseBeyondOwn } from './grant-roles.ts';
import { permissionsFrom } from './held-roles.ts';
import { listGroupRoles } from './holder-queries.ts';
import { type Effects, measurePlan } from './measure-change.ts';
import type { Membership } from './overlay-queries.ts';
import { type AccessPlan, nothingChanges, readMeanings } from './plan-change.ts';
import { listGrantedRoles } from './queries.ts';

const wordsFor = (beyond: readonly string[]): string =>
  beyond.map((permission) => `“${permissions[permission as Permission]?.label ?? permission}”`).join(', ');

function refuseRewriting({ permissions: own }: Granter, { rewritten }: AccessPlan): void {
  const beyond = [...rewritten].filter((permission) => !own.has(permission));
  if (beyond.length > 0)
    throw new ReeveError(
      'not-permitted',
      { beyond },
      {
        message: `This gives or takes away what you do not hold yourself: ${wordsFor(beyond)}. Ask a workspace owner.`,
      },
    );
}

/** What the change does to the unions of those it touches, for example through the default role that a first role replaces. */
function refuseEffects({ permissions: own }: Granter, { permissions: touched }: Effects): void {
  const beyond = touched.filter(({ permission }) => !own.has(permission as Permission));
  if (beyond.length > 0)
    throw new ReeveError(
      'not-permitted',
      { beyond: beyond.map(({ permission }) => permission) },
      {
        message: `Somebody would gain or lose what you do not hold yourself: ${wordsFor(beyond.map(({ permission }) => permission))}. Who has no role has the default role, and a first role replaces it. Ask a workspace owner.`,
      },
    );
}

/**
 * Nobody gives, edits into a role, or takes away what they do not hold, directly or in effect. The caller holds the lock of the roles.
 * @throws ReeveError not-permitted
 */
export async function refusePlanBeyondOwn(tx: Database, granter: Granter, plan: AccessPlan): Promise<Effects> {
  await refuseBeyondOwn(tx, granter, plan.handedOver);
  refuseRewriting(granter, plan);
  const effects = await measurePlan(tx, granter.workspaceId, plan);
  refuseEffects(granter, effects);
  return effects;
}

/**
 * Being put into a group gives its roles, being taken out takes them. For people who change memberships in the console, before the rows
 * are written; what an identity provider sends is the organisation's own word.
 * @throws ReeveError not-permitted
 */
export async function refuseMembershipsBeyondOwn(
  tx: Database,
  granter: Granter,
  { joins, leaves }: Record<'joins' | 'leaves', readonly { groupId: string; memberId: string }[]>,
): Promise<void> {
  const groupIds = [...new Set([...joins, ...leaves].map(({ groupId }) => groupId))];
  const roleIds = new Set((await listGroupRoles(tx, granter.workspaceId, groupIds)).map(({ id }) => id));
  if (roleIds.size === 0) return;
  const now = await readMeanings(tx, granter.workspaceId);
  const rows = (list: typeof joins): Membership[] =>
    list.map(({ groupId, memberId }) => ({ group_id: groupId, member_id: memberId }));
  const overlay = { ...nothingChanges(), joins: rows(joins), leaves: rows(leaves) };
  await refusePlanBeyondOwn(tx, granter, { overlay, now, after: now, handedOver: [...roleIds], rewritten: new Set() });
}

/** @throws ReeveError not-permitted when the group gives a role beyond the granter */
export async function refuseGroupDeletionBeyondOwn(tx: Database, granter: Granter, groupId: string): Promise<void> {
  const handedOver = (await listGroupRoles(tx, granter.workspaceId, [groupId])).map(({ id }) => id);
  if (handedOver.length === 0) return;
  const now = await readMeanings(tx, granter.workspaceId);
  const overlay = { ...nothingChanges(), removedGroups: [groupId] };
  await refusePlanBeyondOwn(tx, granter, { overlay, now, after: now, handedOver, rewritten: new Set() });
}

/**
 * Whoever gets a fresh way into somebody's account is that person from then on. The default role does not count: everybody has it.
 * @throws ReeveError not-permitted
 */
export async function refuseTakeover(tx: Database, granter: Granter, memberId: string): Promise<void> {
  const held = await listGrantedRoles(tx, granter.workspaceId, memberId);
  const beyond = [...permissionsFrom(held)].filter((permission) => !granter.permissions.has(permission));
  if (beyond.length > 0)
    throw new ReeveError(
      'not-permitted',
      { beyond },
      {
        message: `This person may do more than you (${wordsFor(beyond)}), so a new way into their account is not yours to make. Ask a workspace owner.`,
      },
    );
}
