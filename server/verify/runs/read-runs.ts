import { z } from 'zod';
import { type ProofAttempt, type ProofCell, type ProofCounts, type ProofRun, proofVerdicts } from '#contract/proofs.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type AttemptRow, type CellRow, findCell, listAttempts, listCells } from './cell-queries.ts';
import { findRun, listRuns, type RunWithSums } from './run-queries.ts';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** With every verdict there is. */
export const fullCounts = (counts: Partial<ProofCounts>): ProofCounts =>
  Object.fromEntries(proofVerdicts.map((verdict) => [verdict, counts[verdict] ?? 0])) as ProofCounts;

export function sumCounts(all: readonly Partial<ProofCounts>[]): ProofCounts {
  const sum = fullCounts({});
  for (const counts of all) for (const verdict of proofVerdicts) sum[verdict] += counts[verdict] ?? 0;
  return sum;
}

export const runOf = (row: RunWithSums): ProofRun => ({
  id: row.id,
  number: row.number,
  trigger: row.trigger,
  startedBy: row.started_by,
  state: row.state,
  verdict: row.verdict,
  counts: sumCounts((row.cell_counts as Partial<ProofCounts>[] | null) ?? []),
  cellsDone: Number(row.cells_done ?? 0),
  cellsTotal: Number(row.cells_total ?? 0),
  attemptsDone: Number(row.attempts_done ?? 0),
  attemptsTotal: Number(row.attempts_total ?? 0),
  createdAt: row.created_at.toISOString(),
  startedAt: iso(row.started_at),
  finishedAt: iso(row.finished_at),
  error: row.error,
  certificateId: row.certificate_id,
});

export const cellOf = (row: CellRow): ProofCell => ({
  id: row.id,
  runId: row.run_id,
  policyId: row.policy_id,
  policyName: row.policy_name,
  revision: row.revision,
  clientVersion: row.client_version,
  state: row.state,
  verdict: row.verdict,
  counts: fullCounts(row.counts),
  attemptsDone: row.attempts_done,
  attemptsTotal: row.attempts_total,
  now: row.now,
  startedAt: iso(row.started_at),
  finishedAt: iso(row.finished_at),
  error: row.error,
});

export const attemptOf = (row: AttemptRow): ProofAttempt => ({
  position: row.position,
  attempt: row.attempt,
  title: row.title,
  constraint: row.constraint_path,
  surface: row.surface,
  expected: row.expected,
  observed: row.observed,
  verdict: row.verdict,
  evidence: row.evidence,
  durationMs: row.duration_ms,
});

/** @throws ReeveError not-found */
export async function readRun(db: Database, workspaceId: string, id: string): Promise<ProofRun> {
  const row = await findRun(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { runId: id });
  return runOf(row);
}

export async function readRunWithCells(db: Database, workspaceId: string, id: string) {
  const run = await readRun(db, workspaceId, id);
  return { run, cells: (await listCells(db, workspaceId, id)).map(cellOf) };
}

export async function readRuns(
  db: Database,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,9}$/)]));
  const rows = await listRuns(db, workspaceId, { before: position && Number(position[0]), limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ number }) => [String(number)]);
  return { items: page.map(runOf), nextCursor };
}

export async function readCell(db: Database, workspaceId: string, id: string) {
  const cell = await findCell(db, workspaceId, id);
  if (!cell) throw new ReeveError('not-found', { cellId: id });
  const attempts = await listAttempts(db, workspaceId, id);
  return { cell: cellOf(cell), run: await readRun(db, workspaceId, cell.run_id), attempts: attempts.map(attemptOf) };
}
