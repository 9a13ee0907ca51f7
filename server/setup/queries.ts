import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

const dayMs = 24 * 60 * 60 * 1000;

export interface PeopleFacts {
  activeMembers: number;
  invitedMembers: number;
  activeOwners: number;
  groups: number;
  groupedMembers: number;
  seenLast7Days: number;
  seenEver: number;
}

/** People and their clients, counted in one query. */
export async function countPeople(db: Database, workspaceId: string, now: Date): Promise<PeopleFacts> {
  const weekAgo = new Date(now.getTime() - 7 * dayMs);
  const { rows } = await sql<Record<keyof PeopleFacts, number>>`select
    (select count(*) from members where workspace_id = ${workspaceId} and status = 'active') as "activeMembers",
    (select count(*) from members where workspace_id = ${workspaceId} and status = 'invited') as "invitedMembers",
    (select count(*) from role_grants g join members m on m.id = g.member_id
      where g.workspace_id = ${workspaceId} and g.role_id = 'owner' and m.status = 'active') as "activeOwners",
    (select count(*) from groups where workspace_id = ${workspaceId}) as "groups",
    (select count(distinct member_id) from group_members where workspace_id = ${workspaceId}) as "groupedMembers",
    (select count(distinct member_id) from seen_clients
      where workspace_id = ${workspaceId} and last_seen_at > ${weekAgo}) as "seenLast7Days",
    (select count(distinct member_id) from seen_clients where workspace_id = ${workspaceId}) as "seenEver"`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('counting people gave no row');
  return {
    activeMembers: Number(row.activeMembers),
    invitedMembers: Number(row.invitedMembers),
    activeOwners: Number(row.activeOwners),
    groups: Number(row.groups),
    groupedMembers: Number(row.groupedMembers),
    seenLast7Days: Number(row.seenLast7Days),
    seenEver: Number(row.seenEver),
  };
}
