import { type Selectable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type AlertRow = Selectable<Tables['proof_alerts']>;

export const insertAlerts = async (
  tx: Database,
  alerts: readonly Omit<AlertRow, 'acknowledged_at' | 'acknowledged_by'>[],
): Promise<void> => {
  if (alerts.length === 0) return;
  const rows = alerts.map((alert) => ({ ...alert, acknowledged_at: null, acknowledged_by: null }));
  await tx.insertInto('proof_alerts').values(rows).execute();
};

/** The newest first; one row more than the limit, when there is one. */
export const listAlerts = (
  db: Database,
  workspaceId: string,
  { onlyOpen, after, limit }: { onlyOpen: boolean; after: { at: string; id: string } | null; limit: number },
): Promise<AlertRow[]> =>
  db
    .selectFrom('proof_alerts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .$if(onlyOpen, (query) => query.where('acknowledged_at', 'is', null))
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(raised_at, id) < (cast(${after?.at} as timestamptz), ${after?.id})`),
    )
    .orderBy('raised_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();

/** Sentences that need no second alert: said before of a drift, or open of anything. */
export const listKnownSentences = async (tx: Database, workspaceId: string, sentences: readonly string[]) => {
  if (sentences.length === 0) return new Set<string>();
  const rows = await tx
    .selectFrom('proof_alerts')
    .select('sentence')
    .where('workspace_id', '=', workspaceId)
    .where('sentence', 'in', sentences)
    .where((by) => by.or([by('kind', '=', 'drift'), by('acknowledged_at', 'is', null)]))
    .execute();
  return new Set(rows.map(({ sentence }) => sentence));
};

export const countOpenAlerts = async (db: Database, workspaceId: string) => {
  const rows = await db
    .selectFrom('proof_alerts')
    .select('sentence')
    .where('workspace_id', '=', workspaceId)
    .where('acknowledged_at', 'is', null)
    .orderBy('raised_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return { count: rows.length, newest: rows[0]?.sentence ?? null };
};

/** Who looked first stays. @returns undefined when there is no such alert */
export async function acknowledgeAlert(
  tx: Database,
  workspaceId: string,
  { id, by, at }: { id: string; by: string; at: Date },
): Promise<AlertRow | undefined> {
  await tx
    .updateTable('proof_alerts')
    .set({ acknowledged_at: at, acknowledged_by: by })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('acknowledged_at', 'is', null)
    .execute();
  return tx
    .selectFrom('proof_alerts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
}
