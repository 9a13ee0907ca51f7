import { record } from '#server/audit/index.ts';
import type { DirectoryChange } from '../change-directory.ts';
import { findMember, updateMember } from '../member-queries.ts';
import { memberSubject } from '../provision-members.ts';
import type { UserRow } from './user-queries.ts';

/** A suspension is people's decision: the identity provider neither sees nor lifts it. */
export const wasSuspended = ({ status, was_suspended }: UserRow): boolean => status === 'suspended' || was_suspended;

/** Whoever was suspended by hand before they were deprovisioned comes back suspended. */
export async function keepSuspension({ tx, workspaceId, actor, at }: DirectoryChange, row: UserRow): Promise<void> {
  const member = await findMember(tx, workspaceId, row.id);
  if (member?.status !== 'deprovisioned') return;
  await updateMember(tx, row.id, { status: 'suspended' });
  const after = { status: 'suspended' };
  await record(tx, actor, 'member.reprovisioned', { at, subject: memberSubject(member), before: member.status, after });
}
