import { sql } from 'kysely';
import { notHeld } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';

interface Old {
  workspaceId: string;
  before: Date;
  limit: number;
}

/** Content that was kept before then, save of people on whom there is a legal hold. @returns how many went */
export async function purgeContent(tx: Database, { workspaceId, before, limit }: Old): Promise<number> {
  const { numAffectedRows } = await sql`delete from activity_content where (workspace_id, event_id) in (
    select c.workspace_id, c.event_id from activity_content c
    where c.workspace_id = ${workspaceId} and c.kept_at < ${before} and ${notHeld('c')} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Events, with what was kept of their content. Figures of use were counted from them and stay. @returns how many went */
export async function purgeEvents(tx: Database, { workspaceId, before, limit }: Old): Promise<number> {
  const { rows } = await sql<{ id: string }>`delete from activity_events where (workspace_id, id) in (
    select e.workspace_id, e.id from activity_events e
    where e.workspace_id = ${workspaceId} and e.at < ${before} and ${notHeld('e')} limit ${limit})
    returning id`.execute(tx);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await tx
      .deleteFrom('activity_content')
      .where('workspace_id', '=', workspaceId)
      .where('event_id', 'in', ids)
      .execute();
  return ids.length;
}

export interface Purgeable {
  count: number;
  oldestAt: Date | null;
}

/** At most `limit` are counted. */
export async function countOldContent(db: Database, { workspaceId, before, limit }: Old): Promise<Purgeable> {
  const { rows } = await sql<{
    count: number;
    oldest: Date | null;
  }>`select count(*) as count, min(kept_at) as oldest from (
    select c.kept_at from activity_content c
    where c.workspace_id = ${workspaceId} and c.kept_at < ${before} and ${notHeld('c')} order by c.kept_at limit ${limit}) old`.execute(
    db,
  );
  return { count: Number(rows[0]?.count ?? 0), oldestAt: rows[0]?.oldest ?? null };
}

export async function countOldEvents(db: Database, { workspaceId, before, limit }: Old): Promise<Purgeable> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`select count(*) as count, min(at) as oldest from (
    select e.at from activity_events e
    where e.workspace_id = ${workspaceId} and e.at < ${before} and ${notHeld('e')} order by e.at limit ${limit}) old`.execute(
    db,
  );
  return { count: Number(rows[0]?.count ?? 0), oldestAt: rows[0]?.oldest ?? null };
}

/** @returns how many went; fewer than `limit`: none is left */
export async function eraseContentOf(
  tx: Database,
  { workspaceId, memberId, limit }: { workspaceId: string; memberId: string; limit: number },
): Promise<number> {
  const { numAffectedRows } = await sql`delete from activity_content where (workspace_id, event_id) in (
    select c.workspace_id, c.event_id from activity_content c
    where c.workspace_id = ${workspaceId} and c.member_id = ${memberId} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

export async function countContentOf(db: Database, workspaceId: string, memberId: string): Promise<number> {
  const row = await db
    .selectFrom('activity_content')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** With the sealed content beside it, where some is kept. Behind `after`, in the order in which they happened. */
export const listEventsOf = (
  db: Database,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
  after: { place: string; id: string } | null,
  limit: number,
) =>
  db
    .selectFrom('activity_events as e')
    .leftJoin('activity_content as c', (join) =>
      join.onRef('c.workspace_id', '=', 'e.workspace_id').onRef('c.event_id', '=', 'e.id'),
    )
    .selectAll('e')
    .select(['c.sealed', sql<string>`e.at::text`.as('place')])
    .where('e.workspace_id', '=', workspaceId)
    .where('e.member_id', '=', memberId)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(e.at, e.id) > (cast(${after?.place ?? ''} as timestamptz), ${after?.id ?? ''})`),
    )
    .orderBy('e.at')
    .orderBy('e.id')
    .limit(limit)
    .execute();
