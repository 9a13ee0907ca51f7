import { sql } from 'kysely';
import { notHeld, shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Reporter } from './event-of-log.ts';

/** What is kept in memory of a member whose token came. */
export interface ReporterRow extends Reporter {
  isActive: boolean;
  /** Whether the workspace keeps content; else it is let go as soon as it was read. */
  keepsContent: boolean;
}

export async function readReporter(
  db: Database,
  { workspaceId, memberId }: Omit<Reporter, 'email'>,
): Promise<ReporterRow | undefined> {
  const row = await db
    .selectFrom('members as m')
    .innerJoin('workspaces as w', 'w.id', 'm.workspace_id')
    .select(['m.email', 'm.status', 'w.local_content_kept as keepsContent'])
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', '=', memberId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { email, status, keepsContent } = row;
  return { workspaceId, memberId, email, keepsContent, isActive: status === 'active' };
}

export type Signal = 'logs' | 'metrics' | 'traces';

export interface Sent {
  workspaceId: string;
  memberId: string;
  signal: Signal;
  records: number;
}

/** Counts what members sent today, in one statement and in one order for everybody, so that two writers never wait for each other. */
export async function countSent(tx: Database, sent: readonly Sent[], at: Date): Promise<void> {
  const day = at.toISOString().slice(0, 10);
  const rows = new Map<string, Record<string, unknown> & { records: number }>();
  for (const { workspaceId, memberId, signal, records } of sent) {
    const key = `${workspaceId} ${memberId} ${signal}`;
    const known = rows.get(key);
    if (known) known.records += records;
    else
      rows.set(key, {
        workspace_id: workspaceId,
        day,
        member_id: memberId,
        signal,
        records,
        last_at: at.toISOString(),
      });
  }
  if (rows.size === 0) return;
  const sorted = [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  await sql`insert into telemetry_senders as t (workspace_id, day, member_id, signal, records, last_at)
    select workspace_id, day, member_id, signal, records, last_at
    from json_populate_recordset(null::telemetry_senders, ${JSON.stringify(sorted)}::json)
    on conflict (workspace_id, day, member_id, signal) do update
      set records = t.records + excluded.records, last_at = greatest(t.last_at, excluded.last_at)`.execute(tx);
}

/** Days of which nothing is asked any more, save those of people on whom there is a legal hold. */
export const purgeSenders = (db: Database, before: Date): Promise<number> =>
  db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const day = before.toISOString().slice(0, 10);
    const old = tx.deleteFrom('telemetry_senders').where('day', '<', day).where(notHeld('telemetry_senders'));
    return Number((await old.executeTakeFirst()).numDeletedRows);
  });
