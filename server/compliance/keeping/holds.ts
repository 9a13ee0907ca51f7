import type { LegalHold } from '#contract/compliance-people.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { takeHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { labelOf, requirePerson } from '../people.ts';
import { type HoldRow, insertHold, listHolds, lockHold, markLifted } from './hold-queries.ts';

interface By {
  actor: Actor;
  workspaceId: string;
}

const asHold = (row: HoldRow): LegalHold => ({
  id: row.id,
  memberId: row.member_id,
  memberLabel: row.member_label,
  reason: row.reason,
  placedBy: row.placed_by,
  placedAt: row.placed_at.toISOString(),
  liftedBy: row.lifted_by,
  liftedAt: row.lifted_at?.toISOString() ?? null,
  liftedBecause: row.lifted_because,
});

export const readHolds = async (db: Database, workspaceId: string, memberId?: string): Promise<LegalHold[]> =>
  (await listHolds(db, workspaceId, memberId)).map(asHold);

/** A person may be held for several reasons; each is lifted by itself. Once this returns, nothing of theirs is purged or erased. */
export async function placeHold(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: By,
  { memberId, reason }: { memberId: string; reason: string },
): Promise<LegalHold> {
  const id = newId('hold');
  return db.transaction().execute(async (tx) => {
    await takeHoldLock(tx);
    const label = labelOf(await requirePerson(tx, workspaceId, memberId));
    const at = clock();
    await insertHold(tx, {
      id,
      workspace_id: workspaceId,
      member_id: memberId,
      member_label: label,
      reason,
      placed_by: actor.label,
      placed_at: at,
    });
    await record(tx, actor, 'hold.placed', {
      at,
      subject: { kind: 'member', id: memberId, label },
      holdId: id,
      reason,
    });
    return asHold(await holdOf(tx, workspaceId, id));
  });
}

async function holdOf(tx: Database, workspaceId: string, id: string): Promise<HoldRow> {
  const row = await lockHold(tx, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { holdId: id });
  return row;
}

export async function liftHold(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: By,
  { id, reason }: { id: string; reason: string },
): Promise<LegalHold> {
  return db.transaction().execute(async (tx) => {
    const row = await holdOf(tx, workspaceId, id);
    if (row.lifted_at !== null)
      throw new ReeveError('conflict', { holdId: id }, { message: `${row.lifted_by} lifted this hold already.` });
    const at = clock();
    await markLifted(tx, id, { by: actor.label, at, because: reason });
    const subject = { kind: 'member', id: row.member_id, label: row.member_label };
    await record(tx, actor, 'hold.lifted', { at, subject, holdId: id, placedBecause: row.reason, reason });
    return asHold(await holdOf(tx, workspaceId, id));
  });
}
