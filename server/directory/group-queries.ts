import { type Insertable, type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

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
  /** Part of the name or e-mail of somebody in the group. */
  member?: string | undefined;
  source?: 'manual' | 'scim' | undefined;
  after: { value: string; id: string } | null;
  limit: number;
}

const hasMemberLike = (workspaceId: string, text: string) => {
  const indexed = sql`reeve_grams(lower(m.name) || ' ' || m.email) @> reeve_grams(${text}) and`;
  return sql<boolean>`groups.id in (
    select gm.group_id from members m join group_members gm on gm.member_id = m.id
    where m.workspace_id = ${workspaceId} and ${text.length < 3 ? sql`` : indexed}
      strpos(lower(m.name) || ' ' || m.email, ${text}) > 0)`;
};

/** By name; one row more than the limit, when there is one. */
export const listGroups = (db: Database, workspaceId: string, { search, member, source, after, limit }: GroupPage) =>
  withCounts(db, workspaceId)
    .$if(search !== undefined && search !== '', (query) =>
      query.where(sql<boolean>`strpos(lower(groups.name), ${(search ?? '').toLowerCase()}) > 0`),
    )
    .$if(source !== undefined, (query) => query.where('groups.source', '=', source ?? 'manual'))
    .$if(member !== undefined && member.trim() !== '', (query) =>
      query.where(hasMemberLike(workspaceId, (member ?? '').trim().toLowerCase())),
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

const groupRow = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('groups')
    .select(['id', 'name', 'description', 'source'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id);

/** Without counting who is in it. */
export const findGroupRow = (db: Database, workspaceId: string, id: string) =>
  groupRow(db, workspaceId, id).executeTakeFirst();

export const lockGroup = (tx: Database, workspaceId: string, id: string) =>
  groupRow(tx, workspaceId, id).forUpdate().executeTakeFirst();

export const findGroupByName = (db: Database, workspaceId: string, name: string) =>
  db
    .selectFrom('groups')
    .select(['id', 'name', 'source'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .executeTakeFirst();

export const findGroupsById = async (db: Database, workspaceId: string, ids: readonly string[]) =>
  ids.length === 0
    ? []
    : db
        .selectFrom('groups')
        .select(['id', 'name', 'source'])
        .where('workspace_id', '=', workspaceId)
        .where('id', 'in', ids)
        .execute();

export const findMembersById = async (db: Database, workspaceId: string, ids: readonly string[]) =>
  ids.length === 0
    ? []
    : db
        .selectFrom('members')
        .select(['id', 'name', 'email'])
        .where('workspace_id', '=', workspaceId)
        .where(sql<boolean>`id = any(cast(${[...ids]} as text[]))`)
        .execute();

/** False when there is one of that name. */
export const insertGroup = async (tx: Database, row: Insertable<Tables['groups']>): Promise<boolean> =>
  (await tx
    .insertInto('groups')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

export const updateGroup = (
  tx: Database,
  id: string,
  change: { name?: string; description?: string; source?: 'manual' | 'scim' },
) => tx.updateTable('groups').set(change).where('id', '=', id).execute();

export const deleteGroup = (tx: Database, id: string) => tx.deleteFrom('groups').where('id', '=', id).execute();

interface Memberships {
  workspaceId: string;
  groupIds: readonly string[];
  memberIds: readonly string[];
  at: Date;
}

/** A statement's parameters are counted in 16 bits; a row has four. */
const rowsPerStatement = 10_000;

/** Everyone into every group; who is in already stays. Returns the pairs that are new. */
export const addToGroups = async (tx: Database, { workspaceId, groupIds, memberIds, at }: Memberships) =>
  insertMemberships(
    tx,
    groupIds.flatMap((group_id) =>
      memberIds.map((member_id) => ({ workspace_id: workspaceId, group_id, member_id, added_at: at })),
    ),
  );

export async function insertMemberships(tx: Database, rows: readonly Tables['group_members'][]): Promise<string[]> {
  const added: string[] = [];
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const inserted = await tx
      .insertInto('group_members')
      .values(rows.slice(from, from + rowsPerStatement))
      .onConflict((conflict) => conflict.columns(['group_id', 'member_id']).doNothing())
      .returning('member_id')
      .execute();
    added.push(...inserted.map((row) => row.member_id));
  }
  return added;
}

const deleteMemberships = async (tx: Database, groupId: string, which: RawBuilder<boolean>): Promise<string[]> => {
  const removed = await tx
    .deleteFrom('group_members')
    .where('group_id', '=', groupId)
    .where(which)
    .returning('member_id')
    .execute();
  return removed.map((row) => row.member_id);
};

const isOneOf = (ids: readonly string[]) => sql<boolean>`member_id = any(cast(${[...ids]} as text[]))`;

/** Returns who was in the group. */
export const takeOutOfGroup = async (tx: Database, groupId: string, memberIds: readonly string[]) =>
  memberIds.length === 0 ? [] : deleteMemberships(tx, groupId, isOneOf(memberIds));

/** Takes everybody else out. Returns who that was. */
export const keepOnlyInGroup = (tx: Database, groupId: string, memberIds: readonly string[]) =>
  deleteMemberships(tx, groupId, sql<boolean>`not ${isOneOf(memberIds)}`);

/** The roles that membership in one of these groups brings. */
export const listRoleIdsOfGroups = async (db: Database, groupIds: readonly string[]): Promise<string[]> => {
  if (groupIds.length === 0) return [];
  const rows = await db
    .selectFrom('role_grants')
    .select('role_id')
    .distinct()
    .where('group_id', 'in', groupIds)
    .execute();
  return rows.map(({ role_id }) => role_id);
};
