import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Searchable } from './filter-sql.ts';
import { everything, inOrder, type Page } from './page.ts';
import type { Attributes } from './schemas.ts';

export const searchableUsers: Searchable = {
  kind: 'User',
  columns: {
    id: sql`s.member_id`,
    username: sql`s.user_name`,
    externalid: sql`s.external_id`,
    active: sql`s.active::text`,
    'meta.created': sql`m.created_at`,
    'meta.lastmodified': sql`s.updated_at`,
  },
  elements: {
    groups: {
      from: sql`(select gm.group_id as value, g.name as display, 'direct' as type from group_members gm join groups g on g.id = gm.group_id where gm.member_id = s.member_id and g.source = 'scim') as e`,
      field: (sub) =>
        sub === 'value' || sub === 'display' || sub === 'type' ? sql`e.${sql.ref(sub)}` : sql`null::text`,
    },
  },
  json: sql`s.attributes`,
};

/** Only whom the identity provider manages: nobody else is seen or changed through SCIM. */
const managed = (db: Database, workspaceId: string) =>
  db
    .selectFrom('scim_users as s')
    .innerJoin('members as m', 'm.id', 's.member_id')
    .where('s.workspace_id', '=', workspaceId)
    .where('m.source', '=', 'scim');

const columns = [
  's.member_id as id',
  's.user_name',
  's.external_id',
  's.active',
  's.was_suspended',
  's.attributes',
  's.version',
  's.updated_at',
  'm.created_at',
  'm.email',
  'm.status',
] as const;

export const listUsers = (db: Database, workspaceId: string, { where, orderBy, isDescending, offset, limit }: Page) =>
  managed(db, workspaceId)
    .select(columns)
    .where(where ?? everything)
    .$if(orderBy !== null, (query) => query.orderBy(orderBy ?? sql`1`, inOrder(isDescending)))
    .orderBy('s.member_id')
    .offset(offset)
    .limit(limit)
    .execute();

export type UserRow = Awaited<ReturnType<typeof listUsers>>[number];

export const countUsers = async (
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

export const findUser = (db: Database, workspaceId: string, id: string): Promise<UserRow | undefined> =>
  managed(db, workspaceId).select(columns).where('s.member_id', '=', id).executeTakeFirst();

/** Changes of one user come one after the other. */
export const lockUser = (tx: Database, workspaceId: string, id: string): Promise<UserRow | undefined> =>
  managed(tx, workspaceId).select(columns).where('s.member_id', '=', id).forUpdate('s').executeTakeFirst();

/** Whoever that SCIM manages has the name now, in whatever case. */
export const findByUserName = (db: Database, workspaceId: string, userName: string) =>
  managed(db, workspaceId)
    .select('s.member_id')
    .where(sql<boolean>`lower(s.user_name) = lower(${userName})`)
    .executeTakeFirst();

interface UserFacts {
  userName: string;
  externalId: string | null;
  active: boolean;
  attributes: Attributes;
  wasSuspended: boolean;
  at: Date;
}

const asRow = ({ userName, externalId, active, attributes, wasSuspended, at }: UserFacts) => ({
  user_name: userName,
  external_id: externalId,
  active,
  attributes: JSON.stringify(attributes),
  was_suspended: wasSuspended,
  updated_at: at,
});

/** Whom people took over from SCIM leaves a row that nobody sees and whose name would stay taken. */
export const dropLeftRows = (tx: Database, { workspaceId, userName }: { workspaceId: string; userName: string }) =>
  tx
    .deleteFrom('scim_users')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(user_name) = lower(${userName})`)
    .where('member_id', 'in', ({ selectFrom }) =>
      selectFrom('members').select('id').where('workspace_id', '=', workspaceId).where('source', '!=', 'scim'),
    )
    .execute();

/** Who comes back to SCIM may have such a row, too, under another name. */
const dropRowOf = (tx: Database, { workspaceId, memberId }: { workspaceId: string; memberId: string }) =>
  tx.deleteFrom('scim_users').where('workspace_id', '=', workspaceId).where('member_id', '=', memberId).execute();

/** False when the name is taken. */
export const insertUser = async (
  tx: Database,
  { workspaceId, memberId, ...facts }: UserFacts & { workspaceId: string; memberId: string },
): Promise<boolean> => {
  const insert = () =>
    tx
      .insertInto('scim_users')
      .values({ member_id: memberId, workspace_id: workspaceId, ...asRow(facts) })
      .onConflict((conflict) => conflict.doNothing())
      .returning('member_id')
      .executeTakeFirst();
  if (await insert()) return true;
  await dropRowOf(tx, { workspaceId, memberId });
  await dropLeftRows(tx, { workspaceId, userName: facts.userName });
  return (await insert()) !== undefined;
};

export const updateUser = (tx: Database, memberId: string, facts: UserFacts) =>
  tx
    .updateTable('scim_users')
    .set({ ...asRow(facts), version: sql<number>`version + 1` })
    .where('member_id', '=', memberId)
    .execute();

/** The groups of each of these members that the identity provider knows. */
export const listGroupsOfUsers = async (db: Database, memberIds: readonly string[]) =>
  memberIds.length === 0
    ? []
    : db
        .selectFrom('group_members')
        .innerJoin('groups', 'groups.id', 'group_members.group_id')
        .innerJoin('scim_groups', 'scim_groups.group_id', 'groups.id')
        .select(['group_members.member_id', 'groups.id', 'groups.name'])
        .where('group_members.member_id', 'in', memberIds)
        .where('groups.source', '=', 'scim')
        .orderBy('groups.name')
        .execute();
