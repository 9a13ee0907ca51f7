import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

const withCounts = (db: Database, workspaceId: string) =>
  db
    .selectFrom('groups')
    .select(({ selectFrom, fn }) => [
      'groups.id',
      'groups.name',
      'groups.description',
      'groups.source',
      'groups.created_at',
      fn<string>('lower', ['groups.name']).as('sort_value'),
      selectFrom('group_members')
        .select((by) => by.fn.countAll().as('count'))
        .whereRef('group_members.group_id', '=', 'groups.id')
        .as('member_count'),
    ])
    .where('groups.workspace_id', '=', workspaceId);

export interface GroupPage {
  search?: string | undefined;
  after: { value: string; id: string } | null;
  limit: number;
}

/** By name; one row more than the limit, when there is one. */
export const listGroups = (db: Database, workspaceId: string, { search, after, limit }: GroupPage) =>
  withCounts(db, workspaceId)
    .$if(search !== undefined && search !== '', (query) =>
      query.where(sql<boolean>`strpos(lower(groups.name), ${(search ?? '').toLowerCase()}) > 0`),
    )
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(lower(groups.name), groups.id) > (cast(${after?.value} as text), ${after?.id})`),
    )
    .orderBy('sort_value')
    .orderBy('groups.id')
    .limit(limit + 1)
    .execute();

export type GroupRow = Awaited<ReturnType<typeof listGroups>>[number];

export const findGroup = (db: Database, workspaceId: string, id: string): Promise<GroupRow | undefined> =>
  withCounts(db, workspaceId).where('groups.id', '=', id).executeTakeFirst();

export const lockGroup = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('groups')
    .select(['id', 'name', 'description'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

export const isGroupNameTaken = async (
  db: Database,
  workspaceId: string,
  { name, exceptId }: { name: string; exceptId: string | null },
): Promise<boolean> =>
  (await db
    .selectFrom('groups')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .$if(exceptId !== null, (query) => query.where('id', '!=', exceptId ?? ''))
    .executeTakeFirst()) !== undefined;

export const findGroupIds = async (db: Database, workspaceId: string, ids: readonly string[]): Promise<string[]> => {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('groups')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .execute();
  return rows.map(({ id }) => id);
};

export const findMembersById = async (db: Database, workspaceId: string, ids: readonly string[]) =>
  ids.length === 0
    ? []
    : db
        .selectFrom('members')
        .select(['id', 'name', 'email'])
        .where('workspace_id', '=', workspaceId)
        .where('id', 'in', ids)
        .execute();

/** False when there is one of that name. */
export const insertGroup = async (
  tx: Database,
  row: { id: string; workspace_id: string; name: string; description: string; created_at: Date },
): Promise<boolean> =>
  (await tx
    .insertInto('groups')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

export const updateGroup = (tx: Database, id: string, change: { name: string; description: string }) =>
  tx.updateTable('groups').set(change).where('id', '=', id).execute();

export const deleteGroup = (tx: Database, id: string) => tx.deleteFrom('groups').where('id', '=', id).execute();

interface Memberships {
  workspaceId: string;
  groupIds: readonly string[];
  memberIds: readonly string[];
  at: Date;
}

/** Everyone into every group; who is in already stays. Returns the pairs that are new. */
export const addToGroups = async (
  tx: Database,
  { workspaceId, groupIds, memberIds, at }: Memberships,
): Promise<string[]> => {
  const rows = groupIds.flatMap((group_id) =>
    memberIds.map((member_id) => ({ workspace_id: workspaceId, group_id, member_id, added_at: at })),
  );
  if (rows.length === 0) return [];
  const added = await tx
    .insertInto('group_members')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['group_id', 'member_id']).doNothing())
    .returning('member_id')
    .execute();
  return added.map((row) => row.member_id);
};

/** Returns who was in the group. */
export const takeOutOfGroup = async (
  tx: Database,
  groupId: string,
  memberIds: readonly string[],
): Promise<string[]> => {
  if (memberIds.length === 0) return [];
  const removed = await tx
    .deleteFrom('group_members')
    .where('group_id', '=', groupId)
    .where('member_id', 'in', memberIds)
    .returning('member_id')
    .execute();
  return removed.map((row) => row.member_id);
};
