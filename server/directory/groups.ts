import { z } from 'zod';
import type { Group } from '#contract/directory.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { previewGroupRemoval } from '#server/policies/index.ts';
import { refuseGroupDeletionBeyondOwn, refuseMembershipsBeyondOwn } from '#server/roles/index.ts';
import type { ActingMember } from './acting-member.ts';
import { type ChangeServices, changeDirectory, type DirectoryChange } from './change-directory.ts';
import { readGranter } from './change-membership.ts';
import { findGroup, findGroupRow, type GroupPage, type GroupRow, listGroups } from './group-queries.ts';
import { refuseScimManaged } from './managed-by-scim.ts';
import { changeGroupIn, changeGroupMembersIn, createGroupIn, removeGroupIn } from './provision-groups.ts';

const asGroup = (row: GroupRow): Group => ({
  id: row.id,
  name: row.name,
  description: row.description,
  source: row.source,
  memberCount: Number(row.member_count),
  createdAt: row.created_at.toISOString(),
});

export async function readGroups(
  db: Database,
  workspaceId: string,
  { cursor, ...wanted }: Omit<GroupPage, 'after'> & { cursor?: string | undefined },
) {
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.string(), z.string()]));
  const after = position && { value: position[0], id: position[1] };
  const rows = await listGroups(db, workspaceId, { ...wanted, after });
  const { page, nextCursor } = cutPage(rows, wanted.limit, (row) => [row.sort_value, row.id]);
  return { items: page.map(asGroup), nextCursor };
}

export async function readGroup(db: Database, workspaceId: string, id: string): Promise<Group> {
  const row = await findGroup(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  return asGroup(row);
}

async function readTarget({ tx, workspaceId }: DirectoryChange, id: string) {
  const group = await findGroupRow(tx, workspaceId, id);
  if (!group) throw new ReeveError('not-found');
  return group;
}

const byHand = ({ workspaceId, actor }: ActingMember) => ({
  workspaceId,
  actor,
  mayUnmakeOwner: false,
  recordsUnchanged: true,
});

export async function createGroup(
  services: ChangeServices,
  acting: ActingMember,
  { name, description }: { name: string; description: string },
): Promise<Group> {
  const { id } = await changeDirectory(services, byHand(acting), (change) =>
    createGroupIn(change, { name, description, source: 'manual' }),
  );
  return readGroup(services.db, acting.workspaceId, id);
}

/** @throws ReeveError scim-managed for the name of a group that SCIM keeps; its description is ours */
export async function changeGroup(
  services: ChangeServices,
  acting: ActingMember,
  { id, name, description }: { id: string; name?: string | undefined; description?: string | undefined },
): Promise<Group> {
  await changeDirectory(services, byHand(acting), async (change) => {
    const group = await readTarget(change, id);
    if (name !== undefined && name !== group.name) refuseScimManaged(group, 'The name of');
    await changeGroupIn(change, id, { name, description });
  });
  return readGroup(services.db, acting.workspaceId, id);
}

/** What deleting it would change, before it is done. */
export async function previewGroupDeletion(db: Database, workspaceId: string, id: string) {
  const { memberCount } = await readGroup(db, workspaceId, id);
  return { members: memberCount, ...(await previewGroupRemoval(db, workspaceId, id)) };
}

export async function removeGroup(services: ChangeServices, acting: ActingMember, id: string): Promise<void> {
  await changeDirectory(services, byHand(acting), async (change) => {
    refuseScimManaged(await readTarget(change, id), 'The group');
    await refuseGroupDeletionBeyondOwn(change.tx, await readGranter(change, acting.memberId), id);
    await removeGroupIn(change, id);
  });
}

/** Adds and takes out at once. Someone in both lists stays out. */
export async function changeGroupMembers(
  services: ChangeServices,
  acting: ActingMember,
  { id, add, remove }: { id: string; add: readonly string[]; remove: readonly string[] },
): Promise<Group> {
  await changeDirectory(services, byHand(acting), async (change) => {
    refuseScimManaged(await readTarget(change, id), 'Who is in the group');
    const among = (memberIds: readonly string[]) => memberIds.map((memberId) => ({ groupId: id, memberId }));
    const memberships = { joins: among(add.filter((one) => !remove.includes(one))), leaves: among(remove) };
    await refuseMembershipsBeyondOwn(change.tx, await readGranter(change, acting.memberId), memberships);
    await changeGroupMembersIn(change, id, { add, remove });
  });
  return readGroup(services.db, acting.workspaceId, id);
}

/** SCIM is gone, or is to leave the group alone: people decide about it from now on. */
export async function takeOverGroup(services: ChangeServices, acting: ActingMember, id: string): Promise<Group> {
  await changeDirectory(services, byHand(acting), async (change) => {
    const group = await readTarget(change, id);
    if (group.source !== 'scim')
      throw new ReeveError('conflict', {}, { message: `${group.name} is not managed through SCIM.` });
    await changeGroupIn(change, id, { source: 'manual' });
  });
  return readGroup(services.db, acting.workspaceId, id);
}
