import type { Insertable } from 'kysely';
import type { HostedIn } from '#contract/activity-events.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const insertAttemptToken = (tx: Database, row: Insertable<Tables['access_tokens']>) =>
  tx.insertInto('access_tokens').values(row).execute();

const hostedColumns = ['a.id as attemptId', 'a.task_id as taskId', 'a.environment_id as environmentId'] as const;

/**
 * A lease that is over by the clock, but that nobody ended, can only be seen while the server comes back from being down: whoever ends
 * leases has not run yet, and neither has the runner's next heartbeat, which goes on with it. Its client must not be turned away for good
 * by a call that happens to come first. Longer than that nothing works on such a lease.
 */
const overdueMs = 60_000;
const overdueSince = (now: Date) => new Date(now.getTime() - overdueMs);

/** The attempt, where it is leased now and still under the epoch that its token was made for. */
export const findLeasedAttempt = (
  db: Database,
  workspaceId: string,
  { attemptId, epoch, now }: { attemptId: string; epoch: number; now: Date },
): Promise<HostedIn | undefined> =>
  db
    .selectFrom('cloud_attempts as a')
    .select(hostedColumns)
    .where('a.workspace_id', '=', workspaceId)
    .where('a.id', '=', attemptId)
    .where('a.epoch', '=', epoch)
    .where('a.lease_until', '>', overdueSince(now))
    .executeTakeFirst();

/** The same by the id of its token. */
export const findAttemptOfToken = (
  db: Database,
  workspaceId: string,
  { tokenId, at }: { tokenId: string; at: Date },
): Promise<HostedIn | undefined> =>
  db
    .selectFrom('access_tokens as t')
    .innerJoin('cloud_attempts as a', (join) =>
      join
        .onRef('a.id', '=', 't.attempt_id')
        .onRef('a.epoch', '=', 't.attempt_epoch')
        .onRef('a.workspace_id', '=', 't.workspace_id'),
    )
    .select(hostedColumns)
    .where('t.workspace_id', '=', workspaceId)
    .where('t.id', '=', tokenId)
    .where('a.lease_until', '>', overdueSince(at))
    .executeTakeFirst();

/** What no call can use any more. */
export const purgeAttemptTokens = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('access_tokens')
    .where('attempt_id', 'is not', null)
    .where('expires_at', '<', now)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
