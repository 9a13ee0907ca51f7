import { z } from 'zod';
import type { ProofAlert } from '#contract/proofs.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type AlertRow, acknowledgeAlert, listAlerts } from './alert-queries.ts';

const alertOf = (row: AlertRow): ProofAlert => ({
  id: row.id,
  kind: row.kind,
  sentence: row.sentence,
  runId: row.run_id,
  cellId: row.cell_id,
  raisedAt: row.raised_at.toISOString(),
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  acknowledgedBy: row.acknowledged_by,
});

export async function readAlerts(
  db: Database,
  workspaceId: string,
  { state, cursor, limit }: { state: 'open' | 'all'; cursor?: string | undefined; limit: number },
) {
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]));
  const after = position && { at: position[0], id: position[1] };
  const rows = await listAlerts(db, workspaceId, { onlyOpen: state === 'open', after, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ raised_at, id }) => [raised_at.toISOString(), id]);
  return { items: page.map(alertOf), nextCursor };
}

/** Again is no change. @throws ReeveError not-found */
export async function acknowledge(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor, id }: { workspaceId: string; actor: Actor; id: string },
): Promise<ProofAlert> {
  return db.transaction().execute(async (tx) => {
    const at = clock();
    const row = await acknowledgeAlert(tx, workspaceId, { id, by: actor.label, at });
    if (!row) throw new ReeveError('not-found', { alertId: id });
    const subject = { kind: 'proof-alert', id, label: row.sentence };
    await record(tx, actor, 'proof.alert-acknowledged', { at, subject });
    return alertOf(row);
  });
}
