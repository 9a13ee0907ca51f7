import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import { ReeveError } from '#server/fail.ts';
import { endMemberAccess } from '#server/identity/index.ts';
import { findHeldRoles } from '#server/roles/index.ts';
import { type DirectoryChange, requireOwnersHeld } from './change-directory.ts';
import { withdrawInvitations } from './link-queries.ts';
import {
  deleteMember,
  findMember,
  findMemberByEmail,
  insertMembers,
  type MemberRow,
  updateMember,
} from './member-queries.ts';
import { isOnHold } from './person-queries.ts';

export const memberSubject = ({ id, name, email }: Pick<MemberRow, 'id' | 'name' | 'email'>) => ({
  kind: 'member',
  id,
  label: `${name} <${email}>`,
});

async function readTarget({ tx, workspaceId }: DirectoryChange, id: string): Promise<MemberRow> {
  const target = await findMember(tx, workspaceId, id);
  if (!target) throw new ReeveError('not-found');
  return target;
}

const emailTaken = ({ id, email }: { id: string; email: string }) =>
  new ReeveError(
    'already-exists',
    { memberId: id },
    { message: `There is a member with the address ${email} already.` },
  );

export interface NewMember {
  email: string;
  name: string;
  source: 'scim' | 'sso';
  status?: 'active' | 'invited' | 'deprovisioned';
}

/**
 * Somebody who comes from an identity provider, without an invitation.
 * @throws ReeveError already-exists, with `memberId` of whoever has the address
 */
export async function createMember(
  change: DirectoryChange,
  { email, name, source, status = 'active' }: NewMember,
): Promise<{ id: string }> {
  const { tx, workspaceId, actor, at } = change;
  const id = newId('mem');
  const row = { id, workspace_id: workspaceId, email, name, source, status, password_hash: null };
  if ((await insertMembers(tx, [{ ...row, created_at: at, last_active_at: null }])) === 0) {
    const existing = await findMemberByEmail(tx, workspaceId, email);
    throw existing ? emailTaken(existing) : new ReeveError('conflict');
  }
  await record(tx, actor, 'member.created', {
    at,
    subject: memberSubject(row),
    after: { email, name, source, status },
  });
  return { id };
}

/** Another name, address or source (`scim` takes an entry over that people made). Nothing is written when nothing differs. */
export async function changeMember(
  change: DirectoryChange,
  id: string,
  wanted: { name?: string | undefined; email?: string | undefined; source?: MemberRow['source'] | undefined },
): Promise<void> {
  const { tx, workspaceId, actor, at } = change;
  const target = await readTarget(change, id);
  const keys = (['name', 'email', 'source'] as const).filter(
    (key) => wanted[key] !== undefined && wanted[key] !== target[key],
  );
  if (keys.length === 0 && !change.recordsUnchanged) return;
  const after = Object.fromEntries(keys.map((key) => [key, wanted[key]]));
  const before = Object.fromEntries(keys.map((key) => [key, target[key]]));
  if (wanted.email !== undefined && wanted.email !== target.email) {
    const existing = await findMemberByEmail(tx, workspaceId, wanted.email);
    if (existing) throw emailTaken(existing);
  }
  if (keys.length > 0) await updateMember(tx, id, after);
  await record(tx, actor, 'member.updated', { at, subject: memberSubject({ ...target, ...after }), before, after });
}

/** The identity provider takes somebody out: everything they could act with ends. Again is no change. */
export async function deprovisionMember(change: DirectoryChange, id: string): Promise<void> {
  requireOwnersHeld(change);
  const { tx, workspaceId, actor, at } = change;
  const target = await readTarget(change, id);
  if (target.status === 'deprovisioned') return;
  await updateMember(tx, id, { status: 'deprovisioned' });
  await withdrawInvitations(tx, id);
  const ended = await endMemberAccess(tx, { workspaceId, memberId: id, at, because: 'member-suspended' });
  await record(tx, actor, 'member.deprovisioned', { at, subject: memberSubject(target), before: target.status, ended });
  change.accessEnds(id, 'member-suspended');
}

/** The identity provider lets somebody in again, with nothing of before. Who was suspended by hand stays so. */
export async function reprovisionMember(change: DirectoryChange, id: string): Promise<void> {
  const { tx, actor, at } = change;
  const target = await readTarget(change, id);
  if (target.status === 'active' || target.status === 'suspended') return;
  await updateMember(tx, id, { status: 'active' });
  await withdrawInvitations(tx, id);
  await record(tx, actor, 'member.reprovisioned', { at, subject: memberSubject(target), before: target.status });
}

/** What they did stays in activity and audit, under their name. */
export async function removeMemberIn(change: DirectoryChange, id: string): Promise<void> {
  requireOwnersHeld(change);
  const { tx, workspaceId, actor, at } = change;
  const target = await readTarget(change, id);
  // With the member their sign-ins, tokens and deliveries would go. A hold that is being placed is seen, or waits and finds nobody.
  await shareHoldLock(tx);
  if (await isOnHold(tx, workspaceId, id)) throw new ReeveError('on-hold', { memberId: id });
  const roles = (await findHeldRoles(tx, workspaceId, id)).map((role) => role.id);
  const ended = await endMemberAccess(tx, { workspaceId, memberId: id, at, because: 'member-removed' });
  await deleteMember(tx, id);
  const before = { roles, status: target.status };
  await record(tx, actor, 'member.removed', { at, subject: memberSubject(target), before, ended });
  change.accessEnds(id, 'member-removed');
}
