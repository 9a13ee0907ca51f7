import type { z } from 'zod';
import type { directory, Invitation } from '#contract/directory.ts';
import { can } from '#contract/permissions.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Mailer } from '#server/mail/create-mailer.ts';
import {
  findHeldRoles,
  holds,
  insertDirectRoles,
  refuseBeyondOwn,
  refuseMembershipsBeyondOwn,
  refuseTakeover,
} from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { type ActingMember, requireOwner } from './acting-member.ts';
import { readGranter } from './change-membership.ts';
import { addToGroups, findGroupsById } from './group-queries.ts';
import { mailInvitations } from './invitation-mail.ts';
import { withdrawInvitations } from './link-queries.ts';
import { createInvitationLinks } from './links.ts';
import { refuseScimManaged } from './managed-by-scim.ts';
import { findMember, findMembersByEmail, insertMembers } from './member-queries.ts';

type Wanted = z.output<NonNullable<(typeof directory.members.invite)['~orpc']['inputSchema']>>;
type Sent = z.infer<typeof Invitation>;
export type InvitationServices = Pick<Services, 'db' | 'clock' | 'origin'> & { mailer: Mailer };

const isWhat = {
  active: 'is a member already',
  invited: 'is invited already',
  suspended: 'is a suspended member',
  deprovisioned: 'was taken out by your identity provider',
};

/** Everyone who cannot be invited, each with the reason and its place in the request. */
async function refuseConflicts(tx: Database, workspaceId: string, people: Wanted['people']): Promise<void> {
  const emails = people.map(({ email }) => email);
  const existing = new Map((await findMembersByEmail(tx, workspaceId, emails)).map((row) => [row.email, row.status]));
  const issues = emails.flatMap((email, index) => {
    const status = existing.get(email);
    const because = status ? isWhat[status] : emails.indexOf(email) < index ? 'is in this list twice' : null;
    return because ? [{ path: ['people', index, 'email'], email, message: `${email} ${because}.` }] : [];
  });
  if (issues.length > 0) {
    const message = `Nobody was invited: ${issues.map((issue) => issue.message).join(' ')}`;
    throw new ReeveError('already-exists', { issues }, { message });
  }
}

/** @throws ReeveError not-found, scim-managed */
async function refuseOtherGroups(tx: Database, workspaceId: string, groupIds: readonly string[]): Promise<void> {
  const groups = await findGroupsById(tx, workspaceId, groupIds);
  const known = new Set(groups.map(({ id }) => id));
  const unknown = groupIds.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new ReeveError(
      'not-found',
      { groupIds: unknown },
      { message: 'A group that was chosen does not exist any more.' },
    );
  for (const group of groups) refuseScimManaged(group, 'Who is in the group');
}

/** Invites all of the people or none of them. Mail goes out after the commit; who got none is told by `mailed`. */
export async function inviteMembers(
  { db, clock, origin, mailer }: InvitationServices,
  acting: ActingMember,
  { people, roleIds, groupIds, sendMail }: Wanted,
): Promise<Sent[]> {
  if (sendMail && !mailer.isSetUp) throw new ReeveError('mail-not-set-up');
  if (roleIds.length > 0 && !can(acting.permissions, 'roles.write'))
    throw new ReeveError('not-permitted', { permission: 'roles.write' });
  const { workspaceId } = acting;
  const at = clock();
  const rows = people.map(({ email, name }) => ({
    id: newId('mem'),
    workspace_id: workspaceId,
    email,
    name: name ?? email,
    status: 'invited' as const,
    password_hash: null,
    created_at: at,
    last_active_at: null,
  }));
  const memberIds = rows.map(({ id }) => id);
  const change = async (tx: Database) => {
    // No role goes while it is given.
    await lockWorkspace(tx, workspaceId);
    const granter = await readGranter({ tx, workspaceId }, acting.memberId);
    await refuseOtherGroups(tx, workspaceId, groupIds);
    await refuseBeyondOwn(tx, granter, roleIds);
    await refuseConflicts(tx, workspaceId, people);
    // Somebody else invited one of them in the meantime.
    if ((await insertMembers(tx, rows)) < rows.length) throw new ReeveError('conflict');
    const joins = groupIds.flatMap((groupId) => memberIds.map((memberId) => ({ groupId, memberId })));
    await refuseMembershipsBeyondOwn(tx, granter, { joins, leaves: [] });
    await addToGroups(tx, { workspaceId, groupIds, memberIds, at });
    await insertDirectRoles(tx, { workspaceId, memberIds, roleIds, at });
    for (const row of rows) {
      const subject = { kind: 'member', id: row.id, label: row.email };
      await record(tx, acting.actor, 'member.invited', { at, subject, after: { roles: roleIds, groupIds } });
    }
    return createInvitationLinks(tx, origin, { workspaceId, memberIds, invitedBy: acting.name, at });
  };
  const { links, expiresAt } = await db.transaction().execute(change).catch(refuseLostRace);
  const invitations = rows.map(({ id, email }, index) => ({
    memberId: id,
    email,
    link: links[index] ?? '',
    expiresAt: expiresAt.toISOString(),
  }));
  return sendMail
    ? mailInvitations({ db, mailer }, acting, invitations)
    : invitations.map((invitation) => ({ ...invitation, mailed: false }));
}

/** A new link for somebody who is invited; the one before stops working. */
export async function renewInvitation(
  { db, clock, origin, mailer }: InvitationServices,
  acting: ActingMember,
  { id, sendMail }: { id: string; sendMail: boolean },
): Promise<Sent> {
  if (sendMail && !mailer.isSetUp) throw new ReeveError('mail-not-set-up');
  const { workspaceId } = acting;
  const renew = async (tx: Database) => {
    const member = await findMember(tx, workspaceId, id);
    if (!member) throw new ReeveError('not-found');
    if (member.status !== 'invited')
      throw new ReeveError('conflict', {}, { message: `${member.name} has joined already and needs no invitation.` });
    if (holds(await findHeldRoles(tx, workspaceId, id), 'owner')) requireOwner(acting);
    await refuseTakeover(tx, await readGranter({ tx, workspaceId }, acting.memberId), id);
    const at = clock();
    await withdrawInvitations(tx, id);
    const made = await createInvitationLinks(tx, origin, { workspaceId, memberIds: [id], invitedBy: acting.name, at });
    const subject = { kind: 'member', id, label: member.email };
    await record(tx, acting.actor, 'member.invitation-renewed', { at, subject });
    return { memberId: id, email: member.email, link: made.links[0] ?? '', expiresAt: made.expiresAt.toISOString() };
  };
  const invitation = await db.transaction().execute(renew).catch(refuseLostRace);
  const [sent] = sendMail ? await mailInvitations({ db, mailer }, acting, [invitation]) : [];
  return sent ?? { ...invitation, mailed: false };
}
