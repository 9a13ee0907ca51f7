import type { Database } from '#server/db/open-database.ts';

/** The number of a workspace's newest link. Numbers become visible in their order, so everything up to it is there for good. */
export async function lastAuditSeq(db: Database, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('audit_chain')
    .select('seq')
    .where('chain', '=', workspaceId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** A workspace's entries in the order in which they became part of its chain, oldest first. */
export const listArrivedEntries = (
  db: Database,
  workspaceId: string,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
) =>
  db
    .selectFrom('audit_chain as c')
    .innerJoin('audit_events as e', 'e.id', 'c.event_id')
    .select([
      'c.seq',
      'e.id',
      'e.at',
      'e.event',
      'e.actor_kind',
      'e.actor_id',
      'e.actor_label',
      'e.subject_kind',
      'e.subject_id',
      'e.subject_label',
      'e.payload',
      'e.ip',
    ])
    .where('c.chain', '=', workspaceId)
    .where('c.seq', '>', after)
    .where('c.seq', '<=', upTo)
    .orderBy('c.seq')
    .limit(limit)
    .execute();

export type ArrivedEntry = Awaited<ReturnType<typeof listArrivedEntries>>[number];
