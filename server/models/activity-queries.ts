import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { type CallRow, containing } from './gateway-queries.ts';

export interface ActivityFilter {
  outcome?: CallRow['outcome'] | undefined;
  memberId?: string | undefined;
  model?: string | undefined;
  search?: string | undefined;
}

/** A row's place in the list, newest first. */
export interface ActivityPlace {
  startedAt: Date;
  id: string;
}

export function listCalls(
  db: Database,
  workspaceId: string,
  { filter, after, limit }: { filter: ActivityFilter; after: ActivityPlace | null; limit: number },
): Promise<CallRow[]> {
  const { outcome, memberId, model, search } = filter;
  let query = db.selectFrom('model_calls').selectAll().where('workspace_id', '=', workspaceId);
  if (outcome) query = query.where('outcome', '=', outcome);
  if (memberId) query = query.where('member_id', '=', memberId);
  if (model) query = query.where('model', '=', model);
  if (search)
    query = query.where((eb) =>
      eb.or([
        eb('member_name', 'ilike', containing(search)),
        eb('member_email', 'ilike', containing(search)),
        eb('thread_id', '=', search),
        eb('turn_id', '=', search),
      ]),
    );
  if (after)
    query = query.where((eb) =>
      eb.or([
        eb('started_at', '<', after.startedAt),
        eb.and([eb('started_at', '=', after.startedAt), eb('id', '<', after.id)]),
      ]),
    );
  return query.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

export const readCall = (db: Database, workspaceId: string, id: string): Promise<CallRow | undefined> =>
  db
    .selectFrom('model_calls')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

/** The events of one call that may have content: they stand within its time, as the gateway’s own clock says. */
export const listEventsOfCall = (db: Database, { id, workspace_id, started_at, ended_at }: CallRow) =>
  db
    .selectFrom('activity_events')
    .select(['id', 'tool'])
    .where('workspace_id', '=', workspace_id)
    .where('at', '>=', started_at)
    .where('at', '<=', ended_at ?? started_at)
    .where(sql`detail ->> 'modelCall'`, '=', id)
    .orderBy('at')
    .orderBy('seq')
    .execute();
