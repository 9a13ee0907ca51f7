import { type BuiltInRole, can, permissionsOf } from '#contract/permissions.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { endMemberAccess } from '#server/identity/index.ts';
import type { AccessChange, Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { type ActingMember, requireOwner } from './acting-member.ts';
import { countActive, deleteMember, findMember, type MemberRow, updateMember } from './member-queries.ts';

type ChangeServices = Pick<Services, 'db' | 'clock' | 'signals'>;

interface Change {
  id: string;
  /** Runs with the workspace's memberships held still. */
  apply: (tx: Database, target: MemberRow, at: Date) => Promise<void>;
  /** Sent after the commit, when the change takes access away. */
  because: AccessChange['because'] | null;
}

const subjectOf = ({ id, name, email }: MemberRow) => ({ kind: 'member', id, label: `${name} <${email}>` });

/**
 * One change of somebody's membership. Changes of one workspace come one after the other, and who acts is read again under the lock:
 * two owners who unmake each other at the same time do not leave a workspace without one.
 */
async function changeMembership(
  { db, clock, signals }: ChangeServices,
  acting: ActingMember,
  { id, apply, because }: Change,
): Promise<void> {
  const { workspaceId } = acting;
  await db.transaction().execute(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const actingNow = await findMember(tx, workspaceId, acting.memberId);
    if (actingNow?.status !== 'active' || !can(permissionsOf(actingNow.role), 'members.write'))
      throw new ReeveError('not-permitted', { permission: 'members.write' });
    const target = await findMember(tx, workspaceId, id);
    if (!target) throw new ReeveError('not-found');
    if (target.role === 'owner') requireOwner(actingNow);
    await apply(tx, target, clock());
    if ((await countActive(tx, workspaceId, 'owner')) === 0) throw new ReeveError('last-owner');
  });
  if (because) signals.emit('access-changed', { workspaceId, memberId: id, because });
}

const refuseOneself = (acting: ActingMember, id: string): void => {
  if (id === acting.memberId) throw new ReeveError('own-membership');
};

export async function updateMembership(
  services: ChangeServices,
  acting: ActingMember,
  { id, name, role }: { id: string; name?: string | undefined; role?: BuiltInRole | undefined },
): Promise<void> {
  const losesCodex = role !== undefined && !can(permissionsOf(role), 'codex-local.use');
  await changeMembership(services, acting, {
    id,
    because: losesCodex ? 'settings' : null,
    apply: async (tx, target, at) => {
      if (role === 'owner' && target.role !== 'owner') requireOwner(acting);
      const before = { name: target.name, role: target.role };
      const after = { name: name ?? target.name, role: role ?? target.role };
      await updateMember(tx, id, after);
      const subject = subjectOf({ ...target, name: after.name });
      await record(tx, acting.actor, 'member.updated', { at, subject, before, after });
    },
  });
}

/** Console sessions, Codex sign-ins and access tokens end with it; reactivation does not bring them back. */
export async function suspendMember(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  refuseOneself(acting, id);
  await changeMembership(services, acting, {
    id,
    because: 'member-suspended',
    apply: async (tx, target, at) => {
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
    apply: async (tx, target, at) => {
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
    apply: async (tx, target, at) => {
      const { workspaceId } = acting;
      const ended = await endMemberAccess(tx, { workspaceId, memberId: id, at, because: 'member-removed' });
      await deleteMember(tx, id);
      const before = { role: target.role, status: target.status };
      await record(tx, acting.actor, 'member.removed', { at, subject: subjectOf(target), before, ended });
    },
  });
}
