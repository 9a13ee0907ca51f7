import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

/** By its id alone: a delivery names no workspace. */
export const findConnectionOfHook = (db: Database, id: string) =>
  db
    .selectFrom('git_connections')
    .select([
      'id',
      'workspace_id',
      'sealed_webhook_secret',
      'sealed_former_webhook_secret',
      'former_webhook_secret_until',
    ])
    .where('id', '=', id)
    .where('kind', '=', 'github')
    .where('removed_at', 'is', null)
    .executeTakeFirst();

/** False when this delivery, or another with the same body, is there already. */
export const insertDelivery = async (db: Database, row: Insertable<Tables['git_deliveries']>): Promise<boolean> =>
  (await db
    .insertInto('git_deliveries')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

/** What a delivery says, of one that could be read. */
interface DeliveryWords {
  action: string | null;
  repository: string | null;
  installation: string | null;
  payload: string;
}

/** Somebody asked GitHub to deliver one again that failed here. @returns whether there was one */
export const takeFailedAgain = async (
  db: Database,
  {
    workspaceId,
    connectionId,
    guid,
    at,
    words,
  }: { workspaceId: string; connectionId: string; guid: string; at: Date; words: DeliveryWords },
): Promise<boolean> =>
  (await db
    .updateTable('git_deliveries')
    .set({ ...words, state: 'waiting', tries: 0, due_at: at, done_at: null, problem: null })
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('guid', '=', guid)
    .where('state', '=', 'failed')
    .returning('id')
    .executeTakeFirst()) !== undefined;

/** Those that failed after they were worked on: of one that never was, nothing is kept that could be. @returns their ids */
export const retryDeliveries = async (
  tx: Database,
  workspaceId: string,
  { connectionId, ids, at }: { connectionId: string; ids: readonly string[] | undefined; at: Date },
): Promise<string[]> => {
  const rows = await tx
    .updateTable('git_deliveries')
    .set({ state: 'waiting', tries: 0, due_at: at, done_at: null })
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('state', '=', 'failed')
    .where('tries', '>', 0)
    .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
    .returning(['id', 'received_at'])
    .execute();
  return rows.sort((one, other) => other.received_at.getTime() - one.received_at.getTime()).map(({ id }) => id);
};

/**
 * The oldest that is due, of whichever workspace; nobody else gets it before `until`. Whoever works on it and dies leaves it to be
 * tried again then.
 */
export const takeDueDelivery = (db: Database, { at, until }: { at: Date; until: Date }) =>
  db
    .updateTable('git_deliveries')
    .set((by) => ({ due_at: until, tries: by('tries', '+', 1) }))
    .where('id', '=', (by) =>
      by
        .selectFrom('git_deliveries')
        .select('id')
        .where('state', '=', 'waiting')
        .where('due_at', '<=', at)
        .orderBy('due_at')
        .orderBy('received_at')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .where('state', '=', 'waiting')
    .returningAll()
    .executeTakeFirst();

export type DeliveryRow = NonNullable<Awaited<ReturnType<typeof takeDueDelivery>>>;

/** Only by whoever took it: `tries` is the number they got. */
export const endDelivery = (
  db: Database,
  { id, workspace_id, tries }: Pick<DeliveryRow, 'id' | 'workspace_id' | 'tries'>,
  change: { state: 'done' | 'ignored' | 'failed' | 'waiting'; problem: string | null; at: Date; dueAt?: Date },
) =>
  db
    .updateTable('git_deliveries')
    .set({
      state: change.state,
      problem: change.problem,
      done_at: change.state === 'waiting' ? null : change.at,
      ...(change.dueAt && { due_at: change.dueAt }),
    })
    .where('workspace_id', '=', workspace_id)
    .where('id', '=', id)
    .where('tries', '=', tries)
    .execute();

export const listDeliveries = (
  db: Database,
  workspaceId: string,
  { connectionId, show, limit }: { connectionId: string; show: 'all' | 'failed'; limit: number },
) =>
  db
    .selectFrom('git_deliveries')
    .select(['id', 'guid', 'event', 'action', 'repository', 'state', 'problem', 'is_caught_up', 'received_at'])
    .select(['tries', 'due_at'])
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .$if(show === 'failed', (query) => query.where('state', '=', 'failed'))
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** Of every connection of the workspace: how many came, how many were refused, and when the last genuine one came. */
export const countDeliveries = (db: Database, workspaceId: string) =>
  db
    .selectFrom('git_deliveries')
    .select((by) => [
      'connection_id',
      by.fn.countAll().filterWhere('state', '!=', 'refused').as('received'),
      by.fn.countAll().filterWhere('state', '=', 'refused').as('refused'),
      by.fn
        .countAll()
        .filterWhere((row) => row.and([row('state', '=', 'failed'), row('tries', '>', 0)]))
        .as('failed'),
      by.fn.max('received_at').filterWhere('state', '!=', 'refused').as('last_at'),
    ])
    .where('workspace_id', '=', workspaceId)
    .groupBy('connection_id')
    .execute();

/** Those of these that are there, refused ones aside: what somebody sent under a true id does not count. */
export const knownGuids = async (
  db: Database,
  workspaceId: string,
  { connectionId, guids }: { connectionId: string; guids: readonly string[] },
): Promise<ReadonlySet<string>> => {
  if (guids.length === 0) return new Set();
  const rows = await db
    .selectFrom('git_deliveries')
    .select('guid')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('guid', 'in', guids)
    .execute();
  return new Set(rows.map(({ guid }) => guid));
};

/** Of every workspace: they are nobody's history, the audit log is. */
export const deleteOldDeliveries = async (db: Database, before: Date): Promise<number> =>
  Number((await db.deleteFrom('git_deliveries').where('received_at', '<', before).executeTakeFirst()).numDeletedRows);
