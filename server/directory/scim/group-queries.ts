import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Searchable } from './filter-sql.ts';
import { everything, inOrder, type Page } from './page.ts';

const membersOf = (groupId: RawBuilder<unknown>) =>
  sql`(select gm.member_id as value, m.name as display, 'User' as type from group_members gm join members m on m.id = gm.member_id where gm.group_id = ${groupId}) as e`;

/** A part of a member in `findMatchingMembers`. */
export const memberField = (sub: string): RawBuilder<unknown> =>
  sub === 'value' || sub === 'display' || sub === 'type' ? sql`e.${sql.ref(sub)}` : sql`null::text`;

export const searchableGroups: Searchable = {
  kind: 'Group',
  columns: {
    id: sql`g.id`,
    displayname: sql`g.name`,
    externalid: sql`s.external_id`,
    'meta.created': sql`g.created_at`,
    'meta.lastmodified': sql`s.updated_at`,
  },
  elements: { members: { from: membersOf(sql`g.id`), field: memberField } },
  json: null,
};

/** Only groups that the identity provider manages. */
const managed = (db: Database, workspaceId: string) =>
  db
    .selectFrom('scim_groups as s')
    .innerJoin('groups as g', 'g.id', 's.group_id')
    .where('s.workspace_id', '=', workspaceId)
    .where('g.source', '=', 'scim');

const columns = ['g.id', 'g.name', 'g.created_at', 's.external_id', 's.version', 's.updated_at'] as const;

export const listGroups = (db: Database, workspaceId: string, { where, orderBy, isDescending, offset, limit }: Page) =>
  managed(db, workspaceId)
    .select(columns)
    .where(where ?? everything)
    .$if(orderBy !== null, (query) => query.orderBy(orderBy ?? sql`1`, inOrder(isDescending)))
    .orderBy('s.group_id')
    .offset(offset)
    .limit(limit)
    .execute();

export type GroupRow = Awaited<ReturnType<typeof listGroups>>[number];

export const countGroups = async (
  db: Database,
  workspaceId: string,
  where: RawBuilder<boolean> | null,
): Promise<number> => {
  const row = await managed(db, workspaceId)
    .where(where ?? everything)
    .select((by) => by.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

export const findGroup = (db: Database, workspaceId: string, id: string): Promise<GroupRow | undefined> =>
  managed(db, workspaceId).select(columns).where('g.id', '=', id).executeTakeFirst();

/** Changes of one group come one after the other. */
export const lockGroup = (tx: Database, workspaceId: string, id: string): Promise<GroupRow | undefined> =>
  managed(tx, workspaceId).select(columns).where('g.id', '=', id).forUpdate('s').executeTakeFirst();

export const insertScimGroup = (
  tx: Database,
  {
    groupId,
    workspaceId,
    externalId,
    at,
  }: { groupId: string; workspaceId: string; externalId: string | null; at: Date },
) =>
  tx
    .insertInto('scim_groups')
    .values({ group_id: groupId, workspace_id: workspaceId, external_id: externalId, updated_at: at })
    .onConflict((conflict) =>
      conflict.column('group_id').doUpdateSet({ external_id: externalId, updated_at: at, version: 1 }),
    )
    .execute();

export const touchGroup = (
  tx: Database,
  groupId: string,
  { externalId, at }: { externalId: string | null; at: Date },
) =>
  tx
    .updateTable('scim_groups')
    .set({ external_id: externalId, updated_at: at, version: sql<number>`version + 1` })
    .where('group_id', '=', groupId)
    .execute();

export const listMembersOfGroups = async (db: Database, groupIds: readonly string[]) =>
  groupIds.length === 0
    ? []
    : db
        .selectFrom('group_members')
        .innerJoin('members', 'members.id', 'group_members.member_id')
        .select(['group_members.group_id', 'members.id', 'members.name'])
        .where('group_members.group_id', 'in', groupIds)
        .orderBy('members.id')
        .execute();

/** Who of a group a path with a filter means. */
export const findMatchingMembers = async (
  tx: Database,
  groupId: string,
  where: RawBuilder<boolean>,
): Promise<string[]> => {
  const rows = await sql<{ value: string }>`select e.value from ${membersOf(sql`${groupId}`)} where ${where}`.execute(
    tx,
  );
  return rows.rows.map(({ value }) => value);
};
