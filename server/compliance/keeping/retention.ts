import type { ComplianceLogType } from '#contract/compliance.ts';
import {
  type RetentionKind,
  type RetentionRule,
  retentionFacts,
  retentionKindNames,
} from '#contract/compliance-retention.ts';
import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listHeldPeople } from './hold-queries.ts';
import { countOldFiles } from './log-file-queries.ts';
import { rowKinds } from './purge-kinds.ts';
import { listRetention, saveRetention } from './retention-queries.ts';

const dayMs = 86_400_000;
const mostCounted = 100_000;

export async function readRetention(db: Database, workspaceId: string): Promise<RetentionRule[]> {
  const set = new Map((await listRetention(db, workspaceId)).map((row) => [row.kind, row]));
  return retentionKindNames.map((kind) => {
    const row = set.get(kind);
    return {
      kind,
      days: row?.days ?? retentionFacts(kind).defaultDays,
      isDefault: row === undefined,
      changedAt: row?.updated_at.toISOString() ?? null,
    };
  });
}

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * dayMs);

function refuseTooShort(kind: RetentionKind, days: number): void {
  const { leastDays, label } = retentionFacts(kind);
  if (days < leastDays)
    throw new ReeveError('bad-input', {
      issues: [{ path: ['days'], message: `${label} are kept for at least ${leastDays} days.` }],
    });
}

/** What the next purge takes if this is the time. */
export async function previewRetention(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  { kind, days }: { kind: RetentionKind; days: number },
) {
  refuseTooShort(kind, days);
  const before = daysBefore(clock(), days);
  const rows = rowKinds[kind];
  const found = rows
    ? await rows.count(db, { workspaceId, before, limit: mostCounted })
    : await countOldFiles(db, { workspaceId, type: kind as ComplianceLogType, before });
  return {
    goes: found.count,
    oldestAt: found.oldestAt?.toISOString() ?? null,
    heldPeople: (await listHeldPeople(db, workspaceId)).size,
    before: before.toISOString(),
  };
}

export async function setRetention(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: { actor: Actor; workspaceId: string },
  { kind, days }: { kind: RetentionKind; days: number },
): Promise<RetentionRule> {
  refuseTooShort(kind, days);
  return db.transaction().execute(async (tx) => {
    const was = (await readRetention(tx, workspaceId)).find((rule) => rule.kind === kind);
    const at = clock();
    await saveRetention(tx, { workspace_id: workspaceId, kind, days, updated_at: at });
    await record(tx, actor, 'retention.updated', {
      at,
      subject: { kind: 'retention', id: kind, label: retentionFacts(kind).label },
      before: { days: was?.days },
      after: { days },
    });
    return { kind, days, isDefault: false, changedAt: at.toISOString() };
  });
}
