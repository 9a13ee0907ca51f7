import { can } from '#contract/permissions.ts';
import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { endMemberAccess } from '#server/identity/index.ts';
import {
  findHeldRoles,
  type Granter,
  holds,
  permissionsFrom,
  refuseTakeover,
  setDirectRoles,
} from '#server/roles/index.ts';
import { type ActingMember, requireOwner } from './acting-member.ts';
import { type ChangeServices, changeDirectory, type DirectoryChange } from './change-directory.ts';
import { withdrawInvitations } from './link-queries.ts';
import { refuseScimManaged } from './managed-by-scim.ts';
import { findMember, type MemberRow, updateMember } from './member-queries.ts';
import { changeMember, memberSubject, removeMemberIn } from './provision-members.ts';

interface Change {
  id: string;
  /** Runs with the workspace's memberships held still. */
  apply: (change: DirectoryChange, target: MemberRow, granter: Granter) => Promise<void>;
  needs?: 'members.write' | 'roles.write';
}

/** What somebody holds at this moment, under the lock: a page may show more than they still have. */
export async function readGranter(
  { tx, workspaceId }: Pick<DirectoryChange, 'tx' | 'workspaceId'>,
  memberId: string,
): Promise<Granter> {
  const member = await findMember(tx, workspaceId, memberId);
  const held = member?.status === 'active' ? await findHeldRoles(tx, workspaceId, memberId) : [];
  return { workspaceId, isOwner: holds(held, 'owner'), permissions: permissionsFrom(held) };
}

/**
 * One change of somebody's membership by another member. Changes of one workspace come one after the other, and who acts is read again
 * under the lock: two owners who unmake each other at the same time do not leave a workspace without one.
 */
export async function changeMembership(
  services: ChangeServices,
  acting: ActingMember,
  { id, apply, needs = 'members.write' }: Change,
): Promise<void> {
  const { workspaceId, actor } = acting;
  const opening = { workspaceId, actor, mayUnmakeOwner: true, recordsUnchanged: true };
  await changeDirectory(services, opening, async (change) => {
    const { tx } = change;
    const granter = await readGranter(change, acting.memberId);
    if (!can(granter.permissions, needs)) throw new ReeveError('not-permitted', { permission: needs });
    const target = await findMember(tx, workspaceId, id);
    if (!target) throw new ReeveError('not-found');
    if (holds(await findHeldRoles(tx, workspaceId, id), 'owner')) requireOwner(granter);
    await apply(change, target, granter);
  });
}

const refuseOneself = (acting: ActingMember, id: string): void => {
  if (id === acting.memberId) throw new ReeveError('own-membership');
};

/**
 * A new name or address. Whoever has the address can come in as that member, so changing it needs all that the member holds.
 * @throws ReeveError scim-managed, already-exists
 */
export async function updateMembership(
  services: ChangeServices,
  acting: ActingMember,
  { id, name, email }: { id: string; name?: string | undefined; email?: string | undefined },
): Promise<void> {
  await changeMembership(services, acting, {
    id,
    apply: async (change, target, granter) => {
      const isOther = (name ?? target.name) !== target.name || (email ?? target.email) !== target.email;
      if (isOther) refuseScimManaged(target, 'The name and the e-mail address of');
      const isNewAddress = email !== undefined && email !== target.email;
      if (isNewAddress && id !== acting.memberId) await refuseTakeover(change.tx, granter, id);
      await changeMember(change, id, { name, email });
      // The link went to the address of before, perhaps a stranger's.
      if (isNewAddress && target.status === 'invited') await withdrawInvitations(change.tx, id);
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
    needs: 'roles.write',
    apply: async (change, target, granter) => {
      const { tx, at } = change;
      const { before, after } = await setDirectRoles(tx, granter, { memberId: id, roleIds, at });
      const subject = memberSubject(target);
      const payload = { before: { roles: before }, after: { roles: after } };
      await record(tx, acting.actor, 'member.roles-changed', { at, subject, ...payload });
      change.accessEnds(id, 'roles-changed');
    },
  });
}

const cannotSuspend: Record<Exclude<MemberRow['status'], 'active'>, (name: string) => string> = {
  suspended: (name) => `${name} is suspended already.`,
  invited: (name) => `${name} has not joined yet. Remove the invitation instead.`,
  deprovisioned: (name) => `${name} was taken out by your identity provider already and cannot sign in.`,
};

/** Console sessions, Codex sign-ins and access tokens end with it; reactivation does not bring them back. */
export async function suspendMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  refuseOneself(acting, id);
  await changeMembership(services, acting, {
    id,
    apply: async (change, target) => {
      const { tx, workspaceId, at } = change;
      if (target.status !== 'active')
        throw new ReeveError('conflict', {}, { message: cannotSuspend[target.status](target.name) });
      await updateMember(tx, id, { status: 'suspended' });
      const ended = await endMemberAccess(tx, { workspaceId, memberId: id, at, because: 'member-suspended' });
      await record(tx, acting.actor, 'member.suspended', { at, subject: memberSubject(target), ended });
      change.accessEnds(id, 'member-suspended');
    },
  });
}

/** Whom the identity provider took out only it can let in again, as long as it decides about them. */
export async function reactivateMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  await changeMembership(services, acting, {
    id,
    apply: async ({ tx, at }, target) => {
      if (target.status === 'deprovisioned') refuseScimManaged(target, 'Whether there is access for');
      if (target.status !== 'suspended' && target.status !== 'deprovisioned')
        throw new ReeveError('conflict', {}, { message: `${target.name} is not suspended.` });
      await updateMember(tx, id, { status: 'active' });
      await record(tx, acting.actor, 'member.reactivated', { at, subject: memberSubject(target) });
    },
  });
}

/** Removes a member, or withdraws an invitation. What they did stays in activity and audit, under their name. */
export async function removeMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  refuseOneself(acting, id);
  await changeMembership(services, acting, { id, apply: (change) => removeMemberIn(change, id) });
}

/** SCIM is gone, or is to leave them alone: people decide about the entry from now on. */
export async function takeOverMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  await changeMembership(services, acting, {
    id,
    apply: async ({ tx, at }, target) => {
      if (target.source !== 'scim')
        throw new ReeveError('conflict', {}, { message: `${target.name} is not managed through SCIM.` });
      await updateMember(tx, id, { source: 'manual' });
      const change = { before: { source: target.source }, after: { source: 'manual' } };
      await record(tx, acting.actor, 'member.taken-over', { at, subject: memberSubject(target), ...change });
    },
  });
}
