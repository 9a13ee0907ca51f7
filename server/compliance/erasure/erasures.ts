import { z } from 'zod';
import type { Erasure } from '#contract/compliance-people.ts';
import { countContentOf } from '#server/activity/index.ts';
import { type Actor, countEntriesOf, record } from '#server/audit/index.ts';
import { countTasksOf } from '#server/cloud/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listHeldPeople } from '../keeping/hold-queries.ts';
import { countFiles } from '../keeping/log-file-queries.ts';
import { asPerson, labelOf, requirePerson } from '../people.ts';
import { countEventsOf } from '../people-queries.ts';
import { listDestinations } from '../push/destination-queries.ts';
import {
  type ErasureRow,
  findErasure,
  findUnfinishedOf,
  insertErasure,
  listErasures,
  listReplaced,
} from './erasure-queries.ts';

interface By {
  actor: Actor;
  workspaceId: string;
}

const asErasure = (row: ErasureRow): Erasure => ({
  id: row.id,
  memberId: row.member_id,
  memberLabel: row.member_label,
  reason: row.reason,
  withAudit: row.with_audit,
  orderedBy: row.ordered_by,
  orderedAt: row.ordered_at.toISOString(),
  state: row.state,
  step: row.step,
  contents: row.contents,
  filesLooked: row.files_looked,
  filesTotal: Math.max(row.files_total, row.files_looked),
  filesReplaced: Number(row.files_replaced),
  lines: row.lines,
  auditEntries: row.audit_entries,
  finishedAt: row.finished_at?.toISOString() ?? null,
  lastError: row.last_error,
});

export async function previewErasure(db: Database, workspaceId: string, memberId: string) {
  const person = await requirePerson(db, workspaceId, memberId);
  const { count, firstAt } = await countEventsOf(db, workspaceId, memberId);
  const pushed = (await listDestinations(db, workspaceId)).filter(
    (one) => one.with_content && Number(one.delivered) > 0,
  );
  return {
    person: asPerson(person),
    contents: await countContentOf(db, workspaceId, memberId),
    tasks: await countTasksOf(db, { workspaceId, memberId }),
    events: count,
    firstAt: firstAt?.toISOString() ?? null,
    files: await countFiles(db, workspaceId, ['CODEX_LOG']),
    auditEntries: await countEntriesOf(db, { workspaceId, memberId }),
    isHeld: (await listHeldPeople(db, workspaceId)).has(memberId),
    pushedTo: pushed.map(({ name }) => name),
  };
}

/** @throws ReeveError on-hold, conflict while another erasure of the person runs */
export async function orderErasure(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: By,
  { memberId, reason, withAudit }: { memberId: string; reason: string; withAudit: boolean },
): Promise<Erasure> {
  const id = newId('era');
  return db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const label = labelOf(await requirePerson(tx, workspaceId, memberId));
    if ((await listHeldPeople(tx, workspaceId)).has(memberId)) throw new ReeveError('on-hold', { memberId });
    if (await findUnfinishedOf(tx, workspaceId, memberId))
      throw new ReeveError(
        'conflict',
        { memberId },
        { message: 'The content of this person is being erased already.' },
      );
    const at = clock();
    await insertErasure(tx, {
      id,
      workspace_id: workspaceId,
      member_id: memberId,
      member_label: label,
      reason,
      with_audit: withAudit,
      ordered_by_id: actor.id,
      ordered_by: actor.label,
      ordered_at: at,
      state: 'running',
      step: 'content',
      done_to: null,
      finished_at: null,
      last_error: null,
    });
    const subject = { kind: 'member', id: memberId, label };
    await record(tx, actor, 'erasure.ordered', { at, subject, erasureId: id, reason, withAudit });
    return asErasure(await erasureOf(tx, workspaceId, id));
  });
}

async function erasureOf(db: Database, workspaceId: string, id: string): Promise<ErasureRow> {
  const row = await findErasure(db, id);
  if (row?.workspace_id !== workspaceId) throw new ReeveError('not-found', { erasureId: id });
  return row;
}

const Position = z.tuple([z.iso.datetime(), z.string()]);

export async function readErasures(
  db: Database,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, Position);
  const after = at === undefined || id === undefined ? null : { at, id };
  const rows = await listErasures(db, workspaceId, { after, limit });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.ordered_at.toISOString(), row.id]);
  return { items: page.map(asErasure), nextCursor };
}

export async function readReplacedFiles(
  db: Database,
  workspaceId: string,
  { id, cursor, limit }: { id: string; cursor?: string | undefined; limit: number },
) {
  await erasureOf(db, workspaceId, id);
  const [after] = cursor === undefined ? [''] : decodeCursor(cursor, z.tuple([z.string()]));
  const rows = await listReplaced(db, { workspaceId, erasureId: id }, { after, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ old_id }) => [old_id]);
  const items = page.map((row) => ({
    oldId: row.old_id,
    oldSha256: row.old_sha256,
    newId: row.new_id,
    newSha256: row.new_sha256,
    lines: row.lines,
    replacedAt: row.replaced_at.toISOString(),
  }));
  return { items, nextCursor };
}
