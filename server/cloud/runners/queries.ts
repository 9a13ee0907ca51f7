import { type Selectable, sql } from 'kysely';
import type { RunnerDriver } from '#contract/runners.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type RunnerRow = Selectable<Tables['cloud_runners']>;
export type RunnerTokenRow = Selectable<Tables['cloud_runner_tokens']>;

export const insertToken = (tx: Database, { labels, ...row }: Omit<RunnerTokenRow, 'used_at' | 'revoked_at'>) =>
  tx
    .insertInto('cloud_runner_tokens')
    .values({ ...row, labels: JSON.stringify(labels), used_at: null, revoked_at: null })
    .execute();

/** Tokens that may still register a runner. */
export const listTokens = (db: Database, workspaceId: string, now: Date) =>
  db
    .selectFrom('cloud_runner_tokens')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('is_embedded', '=', false)
    .orderBy('created_at', 'desc')
    .limit(200)
    .execute();

export const revokeTokenRow = (tx: Database, workspaceId: string, { id, at }: { id: string; at: Date }) =>
  tx
    .updateTable('cloud_runner_tokens')
    .set({ revoked_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returning(['hint'])
    .executeTakeFirst();

/** Uses a token up. By its hash, which says whose workspace it is; undefined when it may not register a runner (any more). */
export const useToken = (tx: Database, tokenHash: string, at: Date) =>
  tx
    .updateTable('cloud_runner_tokens')
    .set({ used_at: at })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(['id', 'workspace_id', 'labels', 'is_embedded', 'created_by'])
    .executeTakeFirst();

export const purgeTokens = async (db: Database, before: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('cloud_runner_tokens')
    .where('expires_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
};

export const insertRunner = (
  tx: Database,
  { labels, drivers, ...row }: Omit<RunnerRow, 'problem' | 'draining_at' | 'removed_at'>,
) =>
  tx
    .insertInto('cloud_runners')
    .values({
      ...row,
      labels: JSON.stringify(labels),
      drivers: JSON.stringify(drivers),
      problem: null,
      draining_at: null,
      removed_at: null,
    })
    .execute();

/** By its secret, which says whose workspace it is. */
export const findRunnerBySecret = (db: Database, secretHash: string) =>
  db
    .selectFrom('cloud_runners')
    .select(['id', 'workspace_id', 'name', 'protocol', 'capacity', 'draining_at', 'seen_at'])
    .where('secret_hash', '=', secretHash)
    .where('removed_at', 'is', null)
    .executeTakeFirst();

export const noteRunner = (
  db: Database,
  workspaceId: string,
  { id, at, address, problem }: { id: string; at: Date; address: string | null; problem: string | null },
) =>
  db
    .updateTable('cloud_runners')
    .set({ seen_at: at, address, problem })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .returning(['draining_at'])
    .executeTakeFirst();

export const listRunners = (db: Database, workspaceId: string, id: string | null = null) =>
  db
    .selectFrom('cloud_runners as r')
    .selectAll('r')
    .select(
      sql<number>`(select count(*)::integer from cloud_attempts a
        where a.workspace_id = r.workspace_id and a.runner_id = r.id and a.lease_until is not null)`.as('running'),
    )
    .where('r.workspace_id', '=', workspaceId)
    .where('r.removed_at', 'is', null)
    .$if(id !== null, (query) => query.where('r.id', '=', id ?? ''))
    .orderBy('r.is_embedded', 'desc')
    .orderBy('r.name')
    .orderBy('r.id')
    .limit(2_000)
    .execute();
export type ListedRunner = Awaited<ReturnType<typeof listRunners>>[number];

export const lockRunner = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('cloud_runners')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

/** What a runner says of itself when it starts. */
export const describeRunner = (
  tx: Database,
  workspaceId: string,
  id: string,
  { drivers, ...facts }: Pick<RunnerRow, 'version' | 'protocol' | 'drivers' | 'capacity' | 'seen_at' | 'address'>,
) =>
  tx
    .updateTable('cloud_runners')
    .set({ ...facts, drivers: JSON.stringify(drivers) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

export const updateRunner = (
  tx: Database,
  workspaceId: string,
  id: string,
  change: { drainingAt?: Date | null; labels?: readonly string[]; removedAt?: Date },
) =>
  tx
    .updateTable('cloud_runners')
    .set({
      ...(change.drainingAt === undefined ? {} : { draining_at: change.drainingAt }),
      ...(change.labels === undefined ? {} : { labels: JSON.stringify(change.labels) }),
      ...(change.removedAt && { removed_at: change.removedAt, secret_hash: null, address: null }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

export const deleteCachesOfRunner = (tx: Database, workspaceId: string, runnerId: string) =>
  tx.deleteFrom('cloud_caches').where('workspace_id', '=', workspaceId).where('runner_id', '=', runnerId).execute();

/** In all workspaces: what waits for longer than this. */
export const listLongQueued = (db: Database, queuedBefore: Date) =>
  db
    .selectFrom('cloud_attempts')
    .select(['id', 'workspace_id as workspaceId', 'needs'])
    .where('state', '=', 'queued')
    .where('queued_at', '<', queuedBefore)
    .orderBy('queued_at')
    .limit(10_000)
    .execute();

/** In all workspaces: runners of which nothing was heard since. */
export const listForgottenRunners = (db: Database, seenBefore: Date) =>
  db
    .selectFrom('cloud_runners')
    .select(['id', 'workspace_id as workspaceId'])
    .where('removed_at', 'is', null)
    .where('seen_at', '<', seenBefore)
    .limit(1_000)
    .execute();

/**
 * In all workspaces: the rows of runners that were removed before, some of them. Attempts that ran there keep the name. One whose leases have
 * not ended stays, since they end otherwise than those of a lost runner; and the server's own stays, because it comes again by itself
 * where it was never removed.
 * @returns how many
 */
export async function deleteRemovedRunners(tx: Database, removedBefore: Date): Promise<number> {
  const gone = await tx
    .selectFrom('cloud_runners as r')
    .select('r.id')
    .where('r.removed_at', '<', removedBefore)
    .where('r.is_embedded', '=', false)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('cloud_attempts as a')
            .select('a.id')
            .whereRef('a.runner_id', '=', 'r.id')
            .where('a.lease_until', 'is not', null),
        ),
      ),
    )
    .limit(1_000)
    .forUpdate('r')
    .skipLocked()
    .execute();
  if (gone.length === 0) return 0;
  const ids = gone.map(({ id }) => id);
  await tx
    .updateTable('cloud_attempts as a')
    .from('cloud_runners as r')
    .set((by) => ({ runner_id: null, runner_name: by.ref('r.name') }))
    .whereRef('a.runner_id', '=', 'r.id')
    .whereRef('a.workspace_id', '=', 'r.workspace_id')
    .where('r.id', 'in', ids)
    .execute();
  await tx.deleteFrom('cloud_runners').where('id', 'in', ids).execute();
  return ids.length;
}

/** The queue in figures, with what asks for the same of a runner once. */
export async function readQueue(db: Database, workspaceId: string) {
  const { rows } = await sql<{
    labels: string[];
    runtime: RunnerDriver['runtimes'][number] | 'any';
    cpus: number;
    queued: number;
    oldest: Date;
  }>`
    select needs -> 'labels' as labels, needs ->> 'runtime' as runtime, (needs ->> 'cpus')::float8 as cpus,
      count(*)::integer as queued, min(queued_at) as oldest
    from cloud_attempts where workspace_id = ${workspaceId} and state = 'queued' group by needs`.execute(db);
  return rows;
}
