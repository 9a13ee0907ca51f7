import { type Insertable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import type { RecordOrigin } from './record-stream.ts';

const destinations = (db: Database, workspaceId: string) =>
  db.selectFrom('compliance_destinations').selectAll().where('workspace_id', '=', workspaceId);

export const listDestinations = (db: Database, workspaceId: string) =>
  destinations(db, workspaceId).orderBy('created_at').orderBy('id').execute();

export type DestinationRow = Awaited<ReturnType<typeof listDestinations>>[number];

export const findDestination = (db: Database, workspaceId: string, id: string) =>
  destinations(db, workspaceId).where('id', '=', id).executeTakeFirst();

export const lockDestination = (tx: Database, workspaceId: string, id: string) =>
  destinations(tx, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst();

export const findByName = (tx: Database, workspaceId: string, name: string) =>
  tx
    .selectFrom('compliance_destinations')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<string>`lower(name)`, '=', name.toLowerCase())
    .executeTakeFirst();

type Columns = Tables['compliance_destinations'];

export const insertDestination = (tx: Database, row: Insertable<Columns>) =>
  tx.insertInto('compliance_destinations').values(row).execute();

/** What was changed is tried at once, whatever the last attempt said. */
export const updateDestination = (
  tx: Database,
  id: string,
  changed: Partial<Pick<Insertable<Columns>, 'name' | 'settings' | 'sealed_secret' | 'event_types'>> & {
    with_content?: boolean;
    is_enabled?: boolean;
    updated_at: Date;
  },
) =>
  tx
    .updateTable('compliance_destinations')
    .set({ ...changed, try_at: null })
    .where('id', '=', id)
    .execute();

export const deleteDestinationRow = (tx: Database, id: string) =>
  tx.deleteFrom('compliance_destinations').where('id', '=', id).execute();

export const readPositions = async (db: Database, destinationId: string): Promise<Map<RecordOrigin, number>> => {
  const rows = await db
    .selectFrom('compliance_positions')
    .select(['origin', 'position'])
    .where('destination_id', '=', destinationId)
    .execute();
  return new Map(rows.map(({ origin, position }) => [origin, Number(position)]));
};

/** Forward only. */
export const savePosition = (
  tx: Database,
  destinationId: string,
  { origin, position }: { origin: RecordOrigin; position: number },
) =>
  sql`insert into compliance_positions (destination_id, origin, position)
    values (${destinationId}, ${origin}, ${position})
    on conflict (destination_id, origin)
    do update set position = greatest(compliance_positions.position, excluded.position)`.execute(tx);

/** Destinations that may be tried now and that nobody is at, in every workspace. */
export const listDue = async (db: Database, now: Date): Promise<string[]> => {
  const rows = await db
    .selectFrom('compliance_destinations')
    .select('id')
    .where('is_enabled', '=', true)
    .where((by) => by.or([by('try_at', 'is', null), by('try_at', '<=', now)]))
    .where((by) => by.or([by('lease_until', 'is', null), by('lease_until', '<=', now)]))
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
};

/** Takes or keeps the lease. Undefined: it is not due, turned off, gone, or another process is at it. */
export const takeLease = (db: Database, id: string, { lease, now, until }: { lease: string; now: Date; until: Date }) =>
  db
    .updateTable('compliance_destinations')
    .set({ lease, lease_until: until })
    .where('id', '=', id)
    .where('is_enabled', '=', true)
    .where((by) => by.or([by('try_at', 'is', null), by('try_at', '<=', now)]))
    .where((by) => by.or([by('lease', '=', lease), by('lease_until', 'is', null), by('lease_until', '<=', now)]))
    .returningAll()
    .executeTakeFirst();

export const endLease = (db: Database, id: string, lease: string) =>
  db
    .updateTable('compliance_destinations')
    .set({ lease: null, lease_until: null })
    .where('id', '=', id)
    .where('lease', '=', lease)
    .execute();

/** The destination has these: it starts afresh, and the position moves in the same transaction. */
export const noteDelivered = (
  tx: Database,
  id: string,
  { count, at, remark }: { count: number; at: Date; remark: string | null },
) =>
  tx
    .updateTable('compliance_destinations')
    .set(({ eb, ref }) => ({
      delivered: eb(ref('delivered'), '+', count),
      last_delivered_at: at,
      failures: 0,
      failing_since: null,
      last_error: remark,
      try_at: null,
    }))
    .where('id', '=', id)
    .execute();

export const noteFailed = (
  db: Database,
  { id, lease }: { id: string; lease: string },
  { problem, at, tryAt }: { problem: string; at: Date; tryAt: Date },
) =>
  db
    .updateTable('compliance_destinations')
    .set(({ eb, ref, fn, val }) => ({
      failures: eb(ref('failures'), '+', 1),
      failing_since: fn.coalesce('failing_since', val(at)),
      last_error: problem,
      try_at: tryAt,
      lease: null,
      lease_until: null,
    }))
    .where('id', '=', id)
    .where('lease', '=', lease)
    .execute();
