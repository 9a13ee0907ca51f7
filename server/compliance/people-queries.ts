import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** The address that was known last of somebody who is no member any more. */
const formerLabel = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('activity_events')
    .select('member_label')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('member_label', 'is not', null)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();

export interface PersonFacts {
  memberId: string;
  name: string | null;
  email: string | null;
  isMember: boolean;
}

/** Null: nobody of this id is known here. */
export async function findPerson(db: Database, workspaceId: string, memberId: string): Promise<PersonFacts | null> {
  const member = await db
    .selectFrom('members')
    .select(['name', 'email'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .executeTakeFirst();
  if (member) return { memberId, ...member, isMember: true };
  const former = await formerLabel(db, workspaceId, memberId);
  return former ? { memberId, name: null, email: former.member_label, isMember: false } : null;
}

const mostFound = 20;

export const searchMembers = (db: Database, workspaceId: string, search: string) =>
  db
    .selectFrom('members')
    .select(['id', 'name', 'email'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`strpos(lower(name || ' ' || email), ${search.toLowerCase()}) > 0`)
    .orderBy('name')
    .orderBy('id')
    .limit(mostFound)
    .execute();

/** People who left, by the address of their last events. Only with something to search for: this reads every event. */
export const searchFormer = async (db: Database, workspaceId: string, search: string) => {
  const { rows } = await sql<{ member_id: string; member_label: string }>`
    select e.member_id, max(e.member_label) as member_label from activity_events e
    where e.workspace_id = ${workspaceId} and e.member_id is not null
      and strpos(lower(coalesce(e.member_label, '')), ${search.toLowerCase()}) > 0
      and not exists (select 1 from members m where m.id = e.member_id)
    group by e.member_id order by 2 limit ${mostFound}`.execute(db);
  return rows;
};

export const readProfile = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('members')
    .select(['id', 'name', 'email', 'status', 'source', 'created_at', 'last_active_at'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .execute();

export const listGroupsOf = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('group_members as m')
    .innerJoin('groups as g', 'g.id', 'm.group_id')
    .select(['g.id', 'g.name', 'g.source', 'm.added_at'])
    .where('m.workspace_id', '=', workspaceId)
    .where('m.member_id', '=', memberId)
    .orderBy('g.name')
    .execute();

export const listRolesOf = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('role_grants as g')
    .leftJoin('roles as r', 'r.id', 'g.role_id')
    .select(['g.role_id', 'r.name', 'g.granted_at'])
    .where('g.workspace_id', '=', workspaceId)
    .where('g.member_id', '=', memberId)
    .orderBy('g.role_id')
    .execute();

export const listClientsOf = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('seen_clients')
    .select(['client', 'version', 'first_seen_at', 'last_seen_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('first_seen_at')
    .execute();

/** Events of a person, and when the first of them happened. */
export async function countEventsOf(db: Database, workspaceId: string, memberId: string) {
  const row = await db
    .selectFrom('activity_events')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('at').as('first')])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .executeTakeFirst();
  return { count: Number(row?.count ?? 0), firstAt: row?.first ?? null };
}
