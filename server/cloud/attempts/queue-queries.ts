import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { heldRoles } from '#server/roles/index.ts';
import type { QueuedAttempt } from './pick-attempts.ts';

/** One process at a time gives out the work of a workspace: what may run at once is counted, and counts must not be old. */
export const lockQueue = (tx: Database, workspaceId: string) =>
  sql`select pg_advisory_xact_lock(7254, hashtext(${`cloud queue ${workspaceId}`}))`.execute(tx);

export const readQueueLimits = async (db: Database, workspaceId: string) =>
  db
    .selectFrom('workspaces')
    .select([
      'codex_cloud_enabled as isOn',
      'agent_internet_allowed as isInternetAllowed',
      'cloud_tasks_per_member as perMember',
      'cloud_tasks_per_workspace as perWorkspace',
    ])
    .where('id', '=', workspaceId)
    .executeTakeFirst();

export const countRunning = async (db: Database, workspaceId: string): Promise<Map<string | null, number>> => {
  const rows = await db
    .selectFrom('cloud_attempts')
    .select(['member_id', sql<number>`count(*)::integer`.as('running')])
    .where('workspace_id', '=', workspaceId)
    .where('lease_until', 'is not', null)
    .groupBy('member_id')
    .execute();
  return new Map(rows.map(({ member_id, running }) => [member_id, running]));
};

/**
 * The oldest of each lane, found by jumping in the index from one to the first of the next lane, so the cost is by the number of lanes and
 * not of attempts.
 */
export async function readLanes(db: Database, workspaceId: string): Promise<QueuedAttempt[]> {
  const columns = sql`id, lane, member_id as "memberId", environment_id as "environmentId", needs, queued_at as "queuedAt"`;
  const { rows } = await sql<QueuedAttempt>`
    with recursive heads as (
      (select ${columns} from cloud_attempts where workspace_id = ${workspaceId} and state = 'queued'
        order by lane, queued_at, id limit 1)
      union all
      select n.* from heads cross join lateral (
        select ${columns} from cloud_attempts a
        where a.workspace_id = ${workspaceId} and a.state = 'queued' and a.lane > heads.lane
        order by a.lane, a.queued_at, a.id limit 1
      ) n
    )
    select * from heads`.execute(db);
  return rows;
}

/** Of these lanes the oldest, at most `each`, in their order, as they are now. */
export async function readHeads(
  db: Database,
  workspaceId: string,
  { lanes, each }: { lanes: readonly string[]; each: number },
): Promise<QueuedAttempt[]> {
  if (lanes.length === 0) return [];
  const { rows } = await sql<QueuedAttempt>`
    select h.* from unnest(${sql.val([...lanes])}::text[]) as lanes(lane) cross join lateral (
      select id, a.lane, member_id as "memberId", environment_id as "environmentId", needs, queued_at as "queuedAt"
      from cloud_attempts a
      where a.workspace_id = ${workspaceId} and a.state = 'queued' and a.cancel_asked_at is null and a.lane = lanes.lane
      order by queued_at, id limit ${each}
    ) h`.execute(db);
  return rows;
}

export interface NewLease {
  attemptId: string;
  runnerId: string;
  driver: 'docker' | 'kubernetes' | 'process';
  claimId: string | null;
}

/**
 * Gives attempts out, each under a new epoch, unless it was cancelled or ended meanwhile, or somebody is about to: those are not waited
 * for, and looked at again the next time.
 * @returns those that were given, with their epoch
 */
export async function insertLeases(
  tx: Database,
  workspaceId: string,
  { leases, at, until }: { leases: readonly NewLease[]; at: Date; until: Date },
): Promise<{ id: string; epoch: number }[]> {
  if (leases.length === 0) return [];
  const { rows } = await sql<{ id: string; epoch: number }>`
    with given as (
      select a.id, n."runnerId", n.driver, n."claimId"
      from json_to_recordset(${JSON.stringify(leases)}::json) as n("attemptId" text, "runnerId" text, driver text, "claimId" text)
      join cloud_attempts a on a.id = n."attemptId"
      where a.workspace_id = ${workspaceId} and a.state = 'queued' and a.cancel_asked_at is null
      for update of a skip locked
    )
    update cloud_attempts a set state = 'preparing', epoch = a.epoch + 1, tries = a.tries + 1, runner_id = given."runnerId",
      driver = given.driver, claim_id = given."claimId", lease_until = ${until}, claimed_at = ${at}, is_from_cache = null,
      log_base = coalesce((select max(seq) from cloud_log l where l.attempt_id = a.id), 0)
    from given where a.id = given.id and a.workspace_id = ${workspaceId}
    returning a.id, a.epoch`.execute(tx);
  return rows;
}

/** Of these members, what decides whether tasks may run for them. Who is not in the answer is gone. */
export const readCloudStandings = (db: Database, workspaceId: string, memberIds: readonly string[]) =>
  db
    .selectFrom('members as m')
    .select(['m.id as memberId', 'm.status'])
    .select(heldRoles('m.id', 'm.workspace_id').as('held'))
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', 'in', [...memberIds])
    .execute();

/** Environments whose set-up this runner has kept and may still use. */
export const listKeptEnvironments = async (
  db: Database,
  workspaceId: string,
  { runnerIds, now }: { runnerIds: readonly string[]; now: Date },
): Promise<Map<string, Set<string>>> => {
  const rows = await db
    .selectFrom('cloud_caches')
    .select(['runner_id', 'environment_id'])
    .where('workspace_id', '=', workspaceId)
    .where('runner_id', 'in', [...runnerIds])
    .where('expires_at', '>', now)
    .execute();
  const kept = new Map(runnerIds.map((id) => [id, new Set<string>()]));
  for (const { runner_id, environment_id } of rows) kept.get(runner_id)?.add(environment_id);
  return kept;
};

export const findClaimingRunners = (db: Database, workspaceId: string, runnerIds: readonly string[]) =>
  db
    .selectFrom('cloud_runners')
    .select(['id', 'labels', 'drivers'])
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...runnerIds])
    .where('removed_at', 'is', null)
    .where('draining_at', 'is', null)
    // Whoever removes or drains it waits, and then sees what it was given.
    .forKeyShare()
    .execute();
