import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export interface MemberFilter {
  search?: string | undefined;
  status?: Tables['members']['status'] | undefined;
  source?: 'manual' | 'scim' | 'sso' | undefined;
  groupId?: string | undefined;
  grouped?: 'yes' | 'no' | undefined;
  roleId?: string | undefined;
}

/** A filter with what it takes to choose the quick way for it. */
export interface PreparedFilter extends MemberFilter {
  workspaceId: string;
  /** Lower case, null when nothing is searched. */
  text: string | null;
  /** Groups whose name contains the text: who is in one of them is found, too. */
  groupIds: string[];
  isDefaultRole: boolean;
}

/** So many groups are looked into; whoever types less than a word gets the first of them. */
const searchedGroups = 200;

const findGroupsNamed = (db: Database, workspaceId: string, text: string) =>
  db
    .selectFrom('groups')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`strpos(lower(name), ${text}) > 0`)
    .orderBy((by) => by.fn<string>('lower', ['name']))
    .limit(searchedGroups)
    .execute();

export async function prepareFilter(db: Database, workspaceId: string, filter: MemberFilter): Promise<PreparedFilter> {
  const text = filter.search?.trim().toLowerCase() || null;
  // Within one group everybody would be found by its own name.
  const searchesGroups = text !== null && filter.groupId === undefined;
  const groups = searchesGroups ? await findGroupsNamed(db, workspaceId, text) : [];
  const workspace =
    filter.roleId === undefined
      ? undefined
      : await db.selectFrom('workspaces').select('default_role_id').where('id', '=', workspaceId).executeTakeFirst();
  return {
    ...filter,
    workspaceId,
    text,
    groupIds: groups.map(({ id }) => id),
    isDefaultRole: filter.roleId !== undefined && workspace?.default_role_id === filter.roleId,
  };
}

const isInGroup = (groupIds: readonly string[]) => sql<boolean>`exists (
  select 1 from group_members gm where gm.member_id = members.id and gm.group_id = any(cast(${[...groupIds]} as text[])))`;

const hasNoGroup = sql<boolean>`not exists (select 1 from group_members gm where gm.member_id = members.id)`;

const hasNoRole = sql<boolean>`(
  not exists (select 1 from role_grants g where g.member_id = members.id)
  and not exists (select 1 from group_members gm join role_grants g on g.group_id = gm.group_id where gm.member_id = members.id))`;

/** By any way: their own, a group's, or as the default of those without any. */
const hasRole = ({ roleId, workspaceId, isDefaultRole }: PreparedFilter) => {
  const granted = sql<boolean>`members.id in (
    select g.member_id from role_grants g where g.workspace_id = ${workspaceId} and g.role_id = ${roleId} and g.member_id is not null
    union all
    select gm.member_id from role_grants g join group_members gm on gm.group_id = g.group_id
    where g.workspace_id = ${workspaceId} and g.role_id = ${roleId})`;
  return isDefaultRole ? sql<boolean>`(${granted} or ${hasNoRole})` : granted;
};

const searchText = sql`(lower(members.name) || ' ' || members.email)`;

const containsText = (text: string): RawBuilder<boolean> => sql<boolean>`strpos(${searchText}, ${text}) > 0`;

/** Looks at each member: quick where many match. */
export const matchesEach = (text: string, groupIds: readonly string[]): RawBuilder<boolean> =>
  groupIds.length === 0 ? containsText(text) : sql<boolean>`(${containsText(text)} or ${isInGroup(groupIds)})`;

/** Asks the index: quick where few match. Fewer than three characters are in no index. */
export function matchesByIndex({
  text,
  groupIds,
  workspaceId,
}: PreparedFilter & { text: string }): RawBuilder<boolean> {
  if (text.length < 3) return matchesEach(text, groupIds);
  const indexed = sql<boolean>`reeve_grams(lower(members.name) || ' ' || members.email) @> reeve_grams(${text})`;
  if (groupIds.length === 0) return sql<boolean>`(${indexed} and ${containsText(text)})`;
  return sql<boolean>`members.id in (
    select members.id from members where members.workspace_id = ${workspaceId} and ${indexed} and ${containsText(text)}
    union all
    select gm.member_id from group_members gm where gm.group_id = any(cast(${groupIds} as text[])))`;
}

/** Everything but the search. `from` may be a part of the members that stands under their name. */
export const filteredMembers = (from: Pick<Database, 'selectFrom'>, filter: PreparedFilter) =>
  from
    .selectFrom('members')
    .where('members.workspace_id', '=', filter.workspaceId)
    .$if(filter.status !== undefined, (query) => query.where('members.status', '=', filter.status ?? 'active'))
    .$if(filter.source !== undefined, (query) => query.where('members.source', '=', filter.source ?? 'manual'))
    .$if(filter.groupId !== undefined, (query) => query.where(isInGroup([filter.groupId ?? ''])))
    .$if(filter.grouped === 'no', (query) => query.where(hasNoGroup))
    .$if(filter.grouped === 'yes', (query) => query.where(sql<boolean>`not ${hasNoGroup}`))
    .$if(filter.roleId !== undefined, (query) => query.where(hasRole(filter)));
