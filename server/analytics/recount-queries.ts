import { sql } from 'kysely';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Day } from './local-days.ts';

const dayText = (column: string) => sql<string>`to_char(${sql.ref(column)}, 'YYYY-MM-DD')`;

/** Of which days there are events (UTC), and how far back figures go. */
export async function readSpan(
  db: Database,
  workspaceId: string,
): Promise<{ oldest: Date; newest: Date; firstCountedDay: Day | null } | null> {
  const { rows } = await sql<{ oldest: Date | null; newest: Date | null; first_counted: string | null }>`
    select min(e.at) as oldest, max(e.at) as newest,
      (select to_char(min(d.day), 'YYYY-MM-DD') from usage_days d where d.workspace_id = ${workspaceId} and d.zone = 'UTC') as first_counted
    from activity_events e where e.workspace_id = ${workspaceId}`.execute(db);
  const [row] = rows;
  if (!row?.oldest || !row.newest) return null;
  return { oldest: row.oldest, newest: row.newest, firstCountedDay: row.first_counted };
}

export interface Recount {
  id: string;
  workspaceId: string;
  because: 'asked' | 'time-zone';
  zone: string | null;
  firstDay: Day;
  lastDay: Day;
  nextDay: Day | null;
  afterMember: string | null;
}

const openRecounts = (db: Database) =>
  db
    .selectFrom('usage_recounts')
    .select([
      'id',
      'workspace_id as workspaceId',
      'because',
      'zone',
      dayText('first_day').as('firstDay'),
      dayText('last_day').as('lastDay'),
      dayText('next_day').as('nextDay'),
      'after_member as afterMember',
    ])
    .where('ended_at', 'is', null)
    .orderBy('asked_at')
    .orderBy('id');

export const findOpenRecount = (db: Database, workspaceId?: string): Promise<Recount | undefined> =>
  (workspaceId === undefined ? openRecounts(db) : openRecounts(db).where('workspace_id', '=', workspaceId))
    .limit(1)
    .executeTakeFirst();

export async function insertRecount(
  tx: Database,
  recount: { workspaceId: string; because: 'asked' | 'time-zone'; zone: string | null; firstDay: Day; lastDay: Day },
  at: Date,
): Promise<void> {
  const { workspaceId, because, zone, firstDay, lastDay } = recount;
  await tx
    .insertInto('usage_recounts')
    .values({
      id: newId('rec'),
      workspace_id: workspaceId,
      because,
      zone,
      asked_at: at,
      first_day: firstDay,
      last_day: lastDay,
      next_day: lastDay,
      after_member: null,
      ended_at: null,
    })
    .execute();
}

export const moveRecount = (
  tx: Database,
  id: string,
  place: { nextDay: Day | null; afterMember: string | null; endedAt: Date | null },
) =>
  tx
    .updateTable('usage_recounts')
    .set({ next_day: place.nextDay, after_member: place.afterMember, ended_at: place.endedAt })
    .where('id', '=', id)
    .execute();

/** Counts into calendars that nobody wants any more, or of a kind that is asked for anew. */
export const endRecounts = (
  tx: Database,
  workspaceId: string,
  { because, at }: { because: 'asked' | 'time-zone'; at: Date },
) =>
  tx
    .updateTable('usage_recounts')
    .set({ ended_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('because', '=', because)
    .where('ended_at', 'is', null)
    .execute();

/** Everybody whose events lie between, or who was counted on that day; in the order of their ids. */
export async function listMembersOf(
  db: Database,
  workspaceId: string,
  { day, starts, ends }: { day: Day; starts: Date; ends: Date },
): Promise<string[]> {
  const { rows } = await sql<{ member_id: string }>`
    select member_id from (
      select coalesce(e.member_id, '') as member_id from activity_events e
        where e.workspace_id = ${workspaceId} and e.at >= ${starts} and e.at < ${ends}
      union select d.member_id from usage_days d where d.workspace_id = ${workspaceId} and d.day = ${day}::date) everybody
    order by member_id collate "C"`.execute(db);
  return rows.map(({ member_id }) => member_id);
}

export const listWantedZones = (db: Database) =>
  db.selectFrom('workspaces').select(['id', 'time_zone as timeZone']).where('proof_run_id', 'is', null).execute();

export const listCountedZones = (db: Database, workspaceId: string) =>
  db
    .selectFrom('usage_zones')
    .select(['zone', 'state'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('zone')
    .execute();

export const insertZone = (tx: Database, workspaceId: string, zone: string) =>
  tx.insertInto('usage_zones').values({ workspace_id: workspaceId, zone, state: 'counting' }).execute();

export const setZoneState = (
  tx: Database,
  { workspaceId, zone, state }: { workspaceId: string; zone: string; state: 'ready' | 'leaving' },
) =>
  tx
    .updateTable('usage_zones')
    .set({ state })
    .where('workspace_id', '=', workspaceId)
    .where('zone', '=', zone)
    .execute();

const zoneTables = [
  'usage_days',
  'usage_months',
  'usage_marks',
  'usage_totals',
  'usage_mark_totals',
  'usage_due',
] as const;

/** Takes away some of what was counted in a calendar, and at the end the calendar. @returns whether there may be more */
export async function deleteZonePart(
  tx: Database,
  { workspaceId, zone, limit }: { workspaceId: string; zone: string; limit: number },
): Promise<boolean> {
  for (const table of zoneTables) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ctid = any(array(
      select t.ctid from ${sql.table(table)} t where t.workspace_id = ${workspaceId} and t.zone = ${zone} limit ${limit}))`.execute(
      tx,
    );
    if (numAffectedRows !== undefined && numAffectedRows > 0n) return true;
  }
  await tx.deleteFrom('usage_zones').where('workspace_id', '=', workspaceId).where('zone', '=', zone).execute();
  return false;
}

export const raiseFloor = (tx: Database, workspaceId: string, before: Date) =>
  sql`insert into usage_floors as t (workspace_id, before) values (${workspaceId}, ${before})
    on conflict (workspace_id) do update set before = excluded.before where t.before < excluded.before`.execute(tx);

export async function readFloor(db: Database, workspaceId: string): Promise<Date | null> {
  const row = await db
    .selectFrom('usage_floors')
    .select('before')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row?.before ?? null;
}
