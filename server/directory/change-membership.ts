import { can } from '#contract/permissions.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { endMemberAccess } from '#server/identity/index.ts';
import {
  countActiveOwners,
  findHeldRoles,
  type Granter,
  holds,
  permissionsFrom,
  setDirectRoles,
} from '#server/roles/index.ts';
import type { AccessChange, Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { type ActingMember, requireOwner } from './acting-member.ts';
import { deleteMember, findMember, type MemberRow, updateMember } from './member-queries.ts';

type ChangeServices = Pick<Services, 'db' | 'clock' | 'signals'>;

interface Change {
  id: string;
  /** Runs with the workspace's memberships held still. */
  apply: (tx: Database, target: MemberRow, change: { at: Date; granter: Granter }) => Promise<void>;
  /** Sent after the commit, when the change takes access away. */
  because: AccessChange['because'] | null;
  needs?: 'members.write' | 'roles.write';
}

const subjectOf = ({ id, name, email }: MemberRow) => ({ kind: 'member', id, label: `${name} <${email}>` });

/**
 * One change of somebody's membership. Changes of one workspace come one after the other, and who acts is read again under the lock:
 * two owners who unmake each other at the same time do not leave a workspace without one.
 */
async function changeMembership(
  { db, clock, signals }: ChangeServices,
  acting: ActingMember,
  { id, apply, because, needs = 'members.write' }: Change,
): Promise<void> {
  const { workspaceId } = acting;
  await db.transaction().execute(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const actingNow = await findMember(tx, workspaceId, acting.memberId);
    const held = await findHeldRoles(tx, workspaceId, acting.memberId);
    const granter = { workspaceId, isOwner: holds(held, 'owner'), permissions: permissionsFrom(held) };
    if (actingNow?.status !== 'active' || !can(granter.permissions, needs))
      throw new ReeveError('not-permitted', { permission: needs });
    const target = await findMember(tx, workspaceId, id);
    if (!target) throw new ReeveError('not-found');
    if (holds(await findHeldRoles(tx, workspaceId, id), 'owner')) requireOwner(granter);
    await apply(tx, target, { at: clock(), granter });
    if ((await countActiveOwners(tx, workspaceId)) === 0) throw new ReeveError('last-owner');
  });
  if (because) signals.emit('access-changed', { workspaceId, memberId: id, because });
}

const refuseOneself = (acting: ActingMember, id: string): void => {
  if (id === acting.memberId) throw new ReeveError('own-membership');
};

export async function renameMember(
  services: ChangeServices,
  acting: ActingMember,
  { id, name }: { id: string; name: string },
): Promise<void> {
  await changeMembership(services, acting, {
    id,
    because: null,
    apply: async (tx, target, { at }) => {
      await updateMember(tx, id, { name });
      const subject = subjectOf({ ...target, name });
      await record(tx, acting.actor, 'member.updated', { at, subject, before: { name: target.name }, after: { name } });
    },
  });
}

/** Replaces the roles a member has themselves; those of their groups stay. Holds at their next request. */
export async function setMemberRoles(
  services: ChangeServices,
  acting: ActingMember,
  { id, roleIds }: { id: string; roleIds: readonly string[] },
): Promise<void> {
  await changeMembership(services, acting, {
    id,
    because: 'settings',
    needs: 'roles.write',
    apply: async (tx, target, { at, granter }) => {
      const { before, after } = await setDirectRoles(tx, granter, { memberId: id, roleIds, at });
      const subject = subjectOf(target);
      await record(tx, acting.actor, 'member.roles-changed', {
        at,
        subject,
        before: { roles: before },
        after: { roles: after },
      });
    },
  });
}

/** Console sessions, Codex sign-ins and access tokens end with it; reactivation does not bring them back. */
export async function suspendMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  refuseOneself(acting, id);
  await changeMembership(services, acting, {
    id,
    because: 'member-suspended',
    apply: async (tx, target, { at }) => {
      if (target.status !== 'active')
        throw new ReeveError(
          'conflict',
          {},
          {
            message:
              target.status === 'suspended'
                ? `${target.name} is suspended already.`
                : `${target.name} has not joined yet. Remove the invitation instead.`,
          },
        );
      await updateMember(tx, id, { status: 'suspended' });
      const { workspaceId } = acting;
      const ended = await endMemberAccess(tx, { workspaceId, memberId: id, at, because: 'member-suspended' });
      await record(tx, acting.actor, 'member.suspended', { at, subject: subjectOf(target), ended });
    },
  });
}

export async function reactivateMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  await changeMembership(services, acting, {
    id,
    because: null,
    apply: async (tx, target, { at }) => {
      if (target.status !== 'suspended')
        throw new ReeveError('conflict', {}, { message: `${target.name} is not suspended.` });
      await updateMember(tx, id, { status: 'active' });
      await record(tx, acting.actor, 'member.reactivated', { at, subject: subjectOf(target) });
    },
  });
}

/** Removes a member, or withdraws an invitation. What they did stays in activity and audit, under their name. */
export async function removeMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  refuseOneself(acting, id);
  await changeMembership(services, acting, {
    id,
    because: 'member-removed',
    apply: async (tx, target, { at }) => {
      const { workspaceId } = acting;
      const ended = await endMemberAccess(tx, { workspaceId, memberId: id, at, because: 'member-removed' });
      await deleteMember(tx, id);
      const roles = (await findHeldRoles(tx, workspaceId, id)).map((role) => role.id);
      const before = { roles, status: target.status };
      await record(tx, acting.actor, 'member.removed', { at, subject: subjectOf(target), before, ended });
    },
  });
}
