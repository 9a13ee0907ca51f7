import { type Insertable, type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { directRoles } from '#server/roles/index.ts';
import { filteredMembers, matchesByIndex, matchesEach, type PreparedFilter } from './member-filter-queries.ts';

const columns = [
  'members.id',
  'members.email',
  'members.name',
  'members.status',
  'members.source',
  'members.created_at',
  'members.last_active_at',
] as const;

/** What members can be sorted by, as the text the cursor carries. Whoever was never active comes before everyone. */
const sortKeys = {
  name: sql<string | Date>`lower(members.name)`,
  email: sql<string | Date>`members.email`,
  createdAt: sql<string | Date>`members.created_at`,
  lastActiveAt: sql<string | Date>`coalesce(members.last_active_at, timestamptz 'epoch')`,
} as const;
export type MemberSort = keyof typeof sortKeys;

export interface MemberPage {
  sort: MemberSort;
  direction: 'asc' | 'desc';
  after: { value: string; id: string } | null;
  limit: number;
}

/** So many members are looked at, in the order of the list, before the index of the search is asked. */
const lookedAt = 1_000;

/**
 * One row more than the limit, when there is one. What many match is found among the next thousand in the order of the list; what few
 * match is found by the index and then sorted. Both are quick, and neither is a plan that the database could get wrong.
 */
export async function listMembers(db: Database, filter: PreparedFilter, page: MemberPage) {
  const { text, groupIds } = filter;
  if (text === null)
    return inOrder(filteredMembers(db, filter), page)
      .select(columns)
      .limit(page.limit + 1)
      .execute();
  const nearby = await inOrder(filteredMembers(nextMembers(db, filter.workspaceId, page), filter), page)
    .select(columns)
    .where(matchesEach(text, groupIds))
    .limit(page.limit + 1)
    .execute();
  if (nearby.length > page.limit) return nearby;
  return inOrder(filteredMembers(db, filter), page)
    .select(columns)
    .where(matchesByIndex({ ...filter, text }))
    .limit(page.limit + 1)
    .execute();
}

/** The next thousand in the order of the list, under the name of the table: no plan can look at more of them. */
const nextMembers = (db: Database, workspaceId: string, page: MemberPage) =>
  db.with('members', (from) =>
    inOrder(from.selectFrom('members').where('members.workspace_id', '=', workspaceId), page)
      .selectAll('members')
      .limit(lookedAt),
  ) as unknown as Database;

function inOrder<Selected>(
  query: SelectQueryBuilder<Tables, 'members', Selected>,
  { sort, direction, after }: MemberPage,
) {
  const key = sortKeys[sort];
  const isTime = sort === 'createdAt' || sort === 'lastActiveAt';
  return query
    .select(key.as('sort_value'))
    .$if(after !== null, (rest) => {
      const value = isTime ? sql`cast(${after?.value} as timestamptz)` : sql`cast(${after?.value} as text)`;
      const comes = direction === 'asc' ? sql`>` : sql`<`;
      return rest.where(sql<boolean>`(${key}, members.id) ${comes} (${value}, ${after?.id})`);
    })
    .orderBy(key, direction)
    .orderBy('members.id', direction);
}

/** At most `most` members are counted; one more tells that there are more. Null: all. */
export const countMembersByStatus = (db: Database, filter: PreparedFilter, most: number | null) => {
  const counted = filteredMembers(db, filter)
    .select('members.status')
    .$if(filter.text !== null, (query) => query.where(matchesByIndex({ ...filter, text: filter.text ?? '' })))
    .$if(most !== null, (query) => query.limit((most ?? 0) + 1));
  return db
    .selectFrom(counted.as('counted'))
    .select(['counted.status', (by) => by.fn.countAll().as('count')])
    .groupBy('counted.status')
    .execute();
};

export const findMember = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('members')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

export type MemberRow = NonNullable<Awaited<ReturnType<typeof findMember>>>;

export const findMemberByEmail = (db: Database, workspaceId: string, email: string) =>
  db
    .selectFrom('members')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('email', '=', email)
    .executeTakeFirst();

export const findMembersByEmail = (db: Database, workspaceId: string, emails: readonly string[]) =>
  db
    .selectFrom('members')
    .select(['email', 'status'])
    .where('workspace_id', '=', workspaceId)
    .where('email', 'in', emails)
    .execute();

export const listGroupsOf = async (db: Database, memberIds: readonly string[]) =>
  memberIds.length === 0
    ? []
    : db
        .selectFrom('group_members')
        .innerJoin('groups', 'groups.id', 'group_members.group_id')
        .select(['group_members.member_id', 'groups.id', 'groups.name', 'groups.source'])
        .where('group_members.member_id', 'in', memberIds)
        .orderBy((by) => by.fn<string>('lower', ['groups.name']))
        .execute();

/** The roles each of them has themselves. */
export const listDirectRolesOf = async (db: Database, memberIds: readonly string[]) =>
  memberIds.length === 0
    ? []
    : db
        .selectFrom('members')
        .select(['members.id as member_id', directRoles('members.id').as('roles')])
        .where('members.id', 'in', memberIds)
        .execute();

export const listSeenClients = (db: Database, memberId: string) =>
  db
    .selectFrom('seen_clients')
    .select(['client', 'version', 'last_seen_at'])
    .where('member_id', '=', memberId)
    .orderBy('last_seen_at', 'desc')
    .limit(50)
    .execute();

/** Inserts those whose e-mail is free; the caller compares how many that were. */
export const insertMembers = async (tx: Database, rows: readonly Insertable<Tables['members']>[]): Promise<number> => {
  const inserted = await tx
    .insertInto('members')
    .values([...rows])
    .onConflict((conflict) => conflict.columns(['workspace_id', 'email']).doNothing())
    .returning('id')
    .execute();
  return inserted.length;
};

export const updateMember = (
  tx: Database,
  id: string,
  change: Partial<Pick<Tables['members'], 'name' | 'email' | 'status' | 'password_hash'>> & {
    source?: 'manual' | 'scim' | 'sso';
  },
) => tx.updateTable('members').set(change).where('id', '=', id).execute();

export const deleteMember = (tx: Database, id: string) => tx.deleteFrom('members').where('id', '=', id).execute();
