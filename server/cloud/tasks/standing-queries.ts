import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { heldRoles } from '#server/roles/index.ts';

interface WhoAsks {
  workspaceId: string;
  memberId: string;
}

export const readCloudStanding = (db: Database, { workspaceId, memberId }: WhoAsks) =>
  db
    .selectFrom('members as m')
    .innerJoin('workspaces as w', 'w.id', 'm.workspace_id')
    .select(['m.status', 'w.codex_cloud_enabled as isOn'])
    .where('w.id', '=', workspaceId)
    .where('m.id', '=', memberId)
    .executeTakeFirst();

/** Two tasks of one member come one after the other, so that none slips past the limit. */
export const lockMember = (tx: Database, { workspaceId, memberId }: WhoAsks) =>
  tx
    .selectFrom('members')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .forNoKeyUpdate()
    .executeTakeFirst();

/**
 * How many attempts of the member wait, and how many run; how many run in the workspace; what it lets run at once. Each count has an index of its own, so that
 * what has ended costs nothing.
 */
export async function readLoad(db: Database, { workspaceId, memberId }: WhoAsks) {
  const row = await db
    .selectFrom('workspaces as w')
    .select([
      'w.cloud_tasks_per_member as runningPerMember',
      'w.cloud_tasks_per_workspace as runningPerWorkspace',
      sql<number>`(select count(*)::integer from cloud_attempts a
        where a.workspace_id = w.id and a.lease_until is not null)`.as('runningAll'),
      sql<number>`(select count(*)::integer from cloud_attempts a
        where a.workspace_id = w.id and a.member_id = ${memberId} and a.state = 'queued')`.as('queued'),
      sql<number>`(select count(*)::integer from cloud_attempts a
        where a.workspace_id = w.id and a.member_id = ${memberId} and a.lease_until is not null)`.as('running'),
    ])
    .where('w.id', '=', workspaceId)
    .executeTakeFirst();
  return row ?? { runningPerMember: 0, runningPerWorkspace: 0, queued: 0, running: 0, runningAll: 0 };
}

/** Everybody for whom something waits or runs, as they stand now. A member who is gone has no status. */
export const listBusyMembers = (db: Database) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('cloud_attempts')
        .select(['workspace_id', 'member_id'])
        .where('state', '=', 'queued')
        .union((by) =>
          by.selectFrom('cloud_attempts').select(['workspace_id', 'member_id']).where('lease_until', 'is not', null),
        )
        .as('b'),
    )
    .innerJoin('workspaces as w', 'w.id', 'b.workspace_id')
    .leftJoin('members as m', (join) =>
      join.onRef('m.id', '=', 'b.member_id').onRef('m.workspace_id', '=', 'b.workspace_id'),
    )
    .select(['b.workspace_id as workspaceId', 'b.member_id as memberId', 'm.status', 'w.codex_cloud_enabled as isOn'])
    .select(heldRoles('m.id', 'w.id').as('held'))
    .execute();

export const listLiveAttemptsOf = (
  db: Database,
  { workspaceId, memberId }: { workspaceId: string; memberId: string | null },
) =>
  db
    .selectFrom('cloud_attempts')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', memberId === null ? 'is' : '=', memberId)
    .where((by) => by.or([by('state', '=', 'queued'), by('lease_until', 'is not', null)]))
    .orderBy('id')
    .execute();
