import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { heldRoles } from '#server/roles/index.ts';
import { liveStates } from './attempt-rows.ts';

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

/** How many attempts of the member wait, and how many run; what the workspace lets run at once. */
export async function readLoad(db: Database, { workspaceId, memberId }: WhoAsks) {
  const row = await db
    .selectFrom('workspaces as w')
    .leftJoin('cloud_attempts as a', (join) =>
      join
        .onRef('a.workspace_id', '=', 'w.id')
        .on('a.member_id', '=', memberId)
        .on('a.state', 'in', [...liveStates]),
    )
    .select([
      'w.cloud_tasks_per_member as runningPerMember',
      sql<number>`count(*) filter (where a.state = 'queued')::integer`.as('queued'),
      sql<number>`count(*) filter (where a.state <> 'queued')::integer`.as('running'),
    ])
    .where('w.id', '=', workspaceId)
    .groupBy('w.id')
    .executeTakeFirst();
  return row ?? { runningPerMember: 0, queued: 0, running: 0 };
}

/** Everybody for whom something waits or runs, as they stand now. A member who is gone has no status. */
export const listBusyMembers = (db: Database) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('cloud_attempts')
        .select(['workspace_id', 'member_id'])
        .where('state', 'in', [...liveStates])
        .groupBy(['workspace_id', 'member_id'])
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
    .where('state', 'in', [...liveStates])
    .orderBy('id')
    .execute();
