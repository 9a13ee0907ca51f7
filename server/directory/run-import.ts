import type { z } from 'zod';
import type { directory, Invitation } from '#contract/directory.ts';
import { record, recordAll } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import { insertDirectRoles, refuseMembershipsBeyondOwn } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import type { ActingMember } from './acting-member.ts';
import { type ChangeServices, changeDirectory, type DirectoryChange } from './change-directory.ts';
import { readGranter } from './change-membership.ts';
import type { CheckedPerson } from './check-import.ts';
import { insertMemberships } from './group-queries.ts';
import { readImport } from './import-members.ts';
import { mailInvitations } from './invitation-mail.ts';
import type { InvitationServices } from './invite-members.ts';
import { findUsableLink } from './link-queries.ts';
import { createInvitationLinks } from './links.ts';
import { insertMembers } from './member-queries.ts';
import { createGroupIn } from './provision-groups.ts';

type Wanted = z.output<NonNullable<(typeof directory.imports.run)['~orpc']['inputSchema']>>;
type Sent = z.infer<typeof Invitation>;
type Person = CheckedPerson & { id: string };

/** The list is not as it was previewed: somebody else changed the directory, or sent another file. */
function refuseSurprise(checked: readonly CheckedPerson[], { skipProblems, expected }: Wanted): void {
  const wrong = checked.filter(({ problems }) => problems.length > 0);
  if (wrong.length > 0 && !skipProblems) {
    const issues = wrong.flatMap(({ line, problems }) =>
      problems.map(({ column, message }) => ({ path: ['text'], line, column, message })),
    );
    const first = issues[0];
    const message = `Nobody was invited: line ${first?.line}: ${first?.message}`;
    throw new ReeveError('bad-input', { issues: issues.slice(0, 100) }, { message });
  }
  const invited = checked.length - wrong.length;
  if (invited !== expected || invited === 0)
    throw new ReeveError(
      'conflict',
      { invited, expected },
      {
        message: `Nobody was invited: the list would invite ${invited} people now, not ${expected}. Preview it again.`,
      },
    );
}

async function createGroups(change: DirectoryChange, names: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const name of names) ids.set(name.toLowerCase(), (await createGroupIn(change, { name, source: 'manual' })).id);
  return ids;
}

async function giveRoles({ tx, workspaceId, at }: DirectoryChange, people: readonly Person[]): Promise<void> {
  for (const same of Map.groupBy(people, ({ roleIds }) => roleIds.join(' ')).values()) {
    const roleIds = same[0]?.roleIds ?? [];
    if (roleIds.length > 0)
      await insertDirectRoles(tx, { workspaceId, memberIds: same.map(({ id }) => id), roleIds, at });
  }
}

async function invite(
  change: DirectoryChange,
  acting: ActingMember,
  { people, newGroups, origin }: { people: readonly Person[]; newGroups: readonly string[]; origin: string },
): Promise<Sent[]> {
  const { tx, workspaceId, actor, at } = change;
  const rows = people.map(({ id, email, name }) => ({
    id,
    workspace_id: workspaceId,
    email,
    name: name || email,
    status: 'invited' as const,
    password_hash: null,
    created_at: at,
    last_active_at: null,
  }));
  if ((await insertMembers(tx, rows)) < rows.length) throw new ReeveError('conflict');
  const created = await createGroups(change, newGroups);
  const groupIdsOf = (person: Person) => [
    ...person.groupIds,
    ...person.newGroups.flatMap((name) => created.get(name.toLowerCase()) ?? []),
  ];
  const joins = people.flatMap((person) =>
    [...new Set(groupIdsOf(person))].map((groupId) => ({ groupId, memberId: person.id })),
  );
  await refuseMembershipsBeyondOwn(tx, await readGranter(change, acting.memberId), { joins, leaves: [] });
  const memberships = joins.map(({ groupId, memberId }) => ({ group_id: groupId, member_id: memberId }));
  await insertMemberships(
    tx,
    memberships.map((row) => ({ ...row, workspace_id: workspaceId, added_at: at })),
  );
  await giveRoles(change, people);
  const entries = people.map((person) => ({
    at,
    subject: { kind: 'member', id: person.id, label: person.email },
    after: { roles: person.roleIds, groupIds: groupIdsOf(person) },
  }));
  await recordAll(tx, actor, 'member.invited', entries);
  const subject = { kind: 'workspace', id: workspaceId, label: `${people.length} people` };
  await record(tx, actor, 'members.imported', { at, subject, invited: people.length, newGroups });
  const memberIds = people.map(({ id }) => id);
  const { links, expiresAt } = await createInvitationLinks(tx, origin, {
    workspaceId,
    memberIds,
    invitedBy: acting.name,
    at,
  });
  return people.map(({ id, email }, index) => ({
    memberId: id,
    email,
    link: links[index] ?? '',
    mailed: false,
    expiresAt: expiresAt.toISOString(),
  }));
}

/** Invites everybody the preview named, or nobody. @throws ReeveError bad-input, conflict, not-permitted */
export async function runImport(
  services: ChangeServices & Pick<Services, 'origin'>,
  acting: ActingMember,
  wanted: Wanted,
): Promise<{ invitations: Sent[]; newGroups: string[] }> {
  const { workspaceId, actor } = acting;
  return changeDirectory(services, { workspaceId, actor, mayUnmakeOwner: false }, async (change) => {
    // No role goes while it is given.
    await lockWorkspace(change.tx, workspaceId);
    const granter = await readGranter(change, acting.memberId);
    const { checked, newGroups } = await readImport(change.tx, granter, wanted);
    refuseSurprise(checked, wanted);
    const people = checked
      .filter(({ problems }) => problems.length === 0)
      .map((person) => ({ ...person, id: newId('mem') }));
    const invitations = await invite(change, acting, { people, newGroups, origin: services.origin });
    return { invitations, newGroups };
  });
}

/** Mails links of an import, some at a time so that its page can tell how far it is. A link that is not theirs, or used, is left out. */
export async function mailImported(
  { db, clock, mailer }: InvitationServices,
  acting: ActingMember,
  wanted: readonly { memberId: string; link: string }[],
): Promise<{ mailed: string[] }> {
  if (!mailer.isSetUp) throw new ReeveError('mail-not-set-up');
  const invitations: { memberId: string; email: string; link: string }[] = [];
  for (const { memberId, link } of wanted) {
    const found = await findUsableLink(db, hashToken(new URL(link).hash.slice(1)), clock());
    const isTheirs = found?.member_id === memberId && found.workspace_id === acting.workspaceId;
    if (found?.email && isTheirs && found.kind === 'invitation')
      invitations.push({ memberId, email: found.email, link });
  }
  const sent = await mailInvitations({ db, mailer }, acting, invitations);
  return { mailed: sent.filter(({ mailed }) => mailed).map(({ memberId }) => memberId) };
}
