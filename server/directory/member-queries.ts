import { type Insertable, type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { directRoles } from '#server/roles/index.ts';

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

export interface MemberFilter {
  search?: string | undefined;
  groupId?: string | undefined;
}

export interface MemberPage extends MemberFilter {
  status?: Tables['members']['status'] | undefined;
  sort: MemberSort;
  direction: 'asc' | 'desc';
  after: { value: string; id: string } | null;
  limit: number;
}

const contains = (text: RawBuilder<string>, search: string): RawBuilder<boolean> =>
  sql<boolean>`strpos(${text}, ${search.toLowerCase()}) > 0`;

const filtered = (db: Database, workspaceId: string, { search, groupId }: MemberFilter) =>
  db
    .selectFrom('members')
    .where('members.workspace_id', '=', workspaceId)
    .$if(search !== undefined && search !== '', (query) =>
      query.where((by) =>
        by.or([contains(sql`lower(members.name)`, search ?? ''), contains(sql`members.email`, search ?? '')]),
      ),
    )
    .$if(groupId !== undefined, (query) =>
      query.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('group_members')
            .select('group_members.member_id')
            .whereRef('group_members.member_id', '=', 'members.id')
            .where('group_members.group_id', '=', groupId ?? ''),
        ),
      ),
    );

/** One row more than the limit, when there is one. */
export function listMembers(db: Database, workspaceId: string, page: MemberPage) {
  const key = sortKeys[page.sort];
  const isTime = page.sort === 'createdAt' || page.sort === 'lastActiveAt';
  return filtered(db, workspaceId, page)
    .select(columns)
    .select(key.as('sort_value'))
    .$if(page.status !== undefined, (query) => query.where('members.status', '=', page.status ?? 'active'))
    .$if(page.after !== null, (query) => {
      const value = isTime ? sql`cast(${page.after?.value} as timestamptz)` : sql`cast(${page.after?.value} as text)`;
      const comes = page.direction === 'asc' ? sql`>` : sql`<`;
      return query.where(sql<boolean>`(${key}, members.id) ${comes} (${value}, ${page.after?.id})`);
    })
    .orderBy(key, page.direction)
    .orderBy('members.id', page.direction)
    .limit(page.limit + 1)
    .execute();
}

export const countMembersByStatus = (db: Database, workspaceId: string, filter: MemberFilter) =>
  filtered(db, workspaceId, filter)
    .select(['members.status', (by) => by.fn.countAll().as('count')])
    .groupBy('members.status')
    .execute();

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
        .select(['group_members.member_id', 'groups.id', 'groups.name'])
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
