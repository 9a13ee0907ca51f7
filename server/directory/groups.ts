import { z } from 'zod';
import type { Group } from '#contract/directory.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from './acting-member.ts';
import {
  addToGroups,
  deleteGroup,
  findGroup,
  findMembersById,
  type GroupRow,
  insertGroup,
  isGroupNameTaken,
  listGroups,
  lockGroup,
  takeOutOfGroup,
  updateGroup,
} from './group-queries.ts';

type GroupServices = Pick<Services, 'db' | 'clock'>;

const asGroup = (row: GroupRow): Group => ({
  id: row.id,
  name: row.name,
  description: row.description,
  source: row.source,
  memberCount: Number(row.member_count),
  createdAt: row.created_at.toISOString(),
});

const nameTaken = (name: string) =>
  new ReeveError('already-exists', { name }, { message: `There is a group named “${name}” already.` });

export async function readGroups(
  db: Database,
  workspaceId: string,
  { cursor, limit, search }: { cursor?: string | undefined; limit: number; search?: string | undefined },
) {
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.string(), z.string()]));
  const after = position && { value: position[0], id: position[1] };
  const rows = await listGroups(db, workspaceId, { search, limit, after });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.sort_value, row.id]);
  return { items: page.map(asGroup), nextCursor };
}

export async function readGroup(db: Database, workspaceId: string, id: string): Promise<Group> {
  const row = await findGroup(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  return asGroup(row);
}

export async function createGroup(
  { db, clock }: GroupServices,
  { workspaceId, actor }: ActingMember,
  { name, description }: { name: string; description: string },
): Promise<Group> {
  const id = newId('grp');
  await db.transaction().execute(async (tx) => {
    const at = clock();
    const row = { id, workspace_id: workspaceId, name, description, created_at: at };
    if (!(await insertGroup(tx, row))) throw nameTaken(name);
    const after = { name, description };
    await record(tx, actor, 'group.created', { at, subject: { kind: 'group', id, label: name }, after });
  });
  return readGroup(db, workspaceId, id);
}

export async function changeGroup(
  { db, clock }: GroupServices,
  { workspaceId, actor }: ActingMember,
  { id, name, description }: { id: string; name?: string | undefined; description?: string | undefined },
): Promise<Group> {
  await db.transaction().execute(async (tx) => {
    const before = await lockGroup(tx, workspaceId, id);
    if (!before) throw new ReeveError('not-found');
    const after = { name: name ?? before.name, description: description ?? before.description };
    if (await isGroupNameTaken(tx, workspaceId, { name: after.name, exceptId: id })) throw nameTaken(after.name);
    await updateGroup(tx, id, after);
    await record(tx, actor, 'group.updated', {
      at: clock(),
      subject: { kind: 'group', id, label: after.name },
      before: { name: before.name, description: before.description },
      after,
    });
  });
  return readGroup(db, workspaceId, id);
}

export async function removeGroup(
  { db, clock }: GroupServices,
  { workspaceId, actor }: ActingMember,
  id: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const group = await findGroup(tx, workspaceId, id);
    if (!group) throw new ReeveError('not-found');
    const at = clock();
    await deleteGroup(tx, id);
    const before = { name: group.name, description: group.description, memberCount: Number(group.member_count) };
    await record(tx, actor, 'group.deleted', { at, subject: { kind: 'group', id, label: group.name }, before });
  });
}

/** Adds and takes out at once. Someone in both lists stays out. */
export async function changeGroupMembers(
  { db, clock }: GroupServices,
  { workspaceId, actor }: ActingMember,
  { id, add, remove }: { id: string; add: readonly string[]; remove: readonly string[] },
): Promise<Group> {
  await db.transaction().execute(async (tx) => {
    const group = await lockGroup(tx, workspaceId, id);
    if (!group) throw new ReeveError('not-found');
    const people = await findMembersById(tx, workspaceId, [...new Set([...add, ...remove])]);
    const labels = new Map(people.map((row) => [row.id, row.email]));
    const unknown = add.filter((memberId) => !labels.has(memberId));
    if (unknown.length > 0)
      throw new ReeveError(
        'not-found',
        { memberIds: unknown },
        { message: 'Someone you add is not a member any more.' },
      );
    const at = clock();
    const added = await addToGroups(tx, { workspaceId, groupIds: [id], memberIds: [...new Set(add)], at });
    const removed = await takeOutOfGroup(tx, id, remove);
    await record(tx, actor, 'group.members-changed', {
      at,
      subject: { kind: 'group', id, label: group.name },
      added: added.map((memberId) => labels.get(memberId) ?? memberId),
      removed: removed.map((memberId) => labels.get(memberId) ?? memberId),
    });
  });
  return readGroup(db, workspaceId, id);
}
