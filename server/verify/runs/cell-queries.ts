import { type Selectable, sql } from 'kysely';
import type { ProofAttempt, ProofCounts } from '#contract/proofs.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type CellRow = Selectable<Tables['proof_cells']>;
export type AttemptRow = Selectable<Tables['proof_attempts']>;

export interface NewCell {
  id: string;
  policyId: string | null;
  policyName: string;
  revision: number;
  policySha256: string;
  clientVersion: string;
}

export async function insertCells(
  tx: Database,
  { workspaceId, runId, cells }: { workspaceId: string; runId: string; cells: readonly NewCell[] },
): Promise<void> {
  const rows = cells.map((cell, position) => ({
    id: cell.id,
    run_id: runId,
    workspace_id: workspaceId,
    position,
    policy_id: cell.policyId,
    policy_name: cell.policyName,
    revision: cell.revision,
    policy_sha256: cell.policySha256,
    client_version: cell.clientVersion,
    client_sha256: null,
    state: 'waiting' as const,
    verdict: null,
    counts: '{}',
    now: null,
    started_at: null,
    finished_at: null,
    error: null,
  }));
  await tx.insertInto('proof_cells').values(rows).execute();
}

export const listCells = (db: Database, workspaceId: string, runId: string): Promise<CellRow[]> =>
  db
    .selectFrom('proof_cells')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute();

export const findCell = (db: Database, workspaceId: string, id: string): Promise<CellRow | undefined> =>
  db
    .selectFrom('proof_cells')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

export const listAttempts = (db: Database, workspaceId: string, cellId: string): Promise<AttemptRow[]> =>
  db
    .selectFrom('proof_attempts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('cell_id', '=', cellId)
    .orderBy('position')
    .execute();

export const startCell = (
  db: Database,
  workspaceId: string,
  { id, clientSha256, policySha256, at }: { id: string; clientSha256: string; policySha256: string; at: Date },
) =>
  db
    .updateTable('proof_cells')
    .set({ state: 'running', started_at: at, client_sha256: clientSha256, policy_sha256: policySha256 })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

export const setProgress = (
  db: Database,
  workspaceId: string,
  { id, done, total, now }: { id: string; done: number; total: number; now: string | null },
) =>
  db
    .updateTable('proof_cells')
    .set({ attempts_done: done, attempts_total: total, now })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();

/** Safe to repeat: an attempt may be written while it runs and again with the others at the end. */
export async function saveAttempts(
  db: Database,
  workspaceId: string,
  { cellId, attempts }: { cellId: string; attempts: readonly ProofAttempt[] },
): Promise<void> {
  for (const attempt of attempts) {
    const { position, constraint: constraint_path, durationMs: duration_ms, evidence, ...same } = attempt;
    const values = { ...same, constraint_path, duration_ms, evidence: JSON.stringify(evidence) };
    await db
      .insertInto('proof_attempts')
      .values({ cell_id: cellId, workspace_id: workspaceId, position, ...values })
      .onConflict((conflict) => conflict.columns(['cell_id', 'position']).doUpdateSet(values))
      .execute();
  }
}

/** One that has ended stays as it is: another process may have given it up meanwhile. */
export const endCell = (
  db: Database,
  workspaceId: string,
  {
    id,
    state,
    verdict,
    counts,
    error,
    at,
  }: {
    id: string;
    state: 'done' | 'failed' | 'cancelled';
    verdict: CellRow['verdict'];
    counts: ProofCounts;
    error: string | null;
    at: Date;
  },
) =>
  db
    .updateTable('proof_cells')
    .set({ state, verdict, counts: JSON.stringify(counts), error, now: null, finished_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .execute();

/** What had not ended when the run did. */
export const endOpenCells = (
  tx: Database,
  { runId, state, error, at }: { runId: string; state: 'failed' | 'cancelled'; error: string | null; at: Date },
) =>
  tx
    .updateTable('proof_cells')
    .set({ state, error, now: null, finished_at: at })
    .where('run_id', '=', runId)
    .where('state', 'in', ['waiting', 'running'])
    .execute();

/** Of each policy and client the newest that is done. */
export async function listNewestCells(db: Database, workspaceId: string): Promise<CellRow[]> {
  const { rows } = await sql<CellRow>`
    select distinct on (coalesce(policy_id, ''), client_version) * from proof_cells
    where workspace_id = ${workspaceId} and state = 'done'
    order by coalesce(policy_id, ''), client_version, finished_at desc, id desc`.execute(db);
  return rows;
}

/** Of each client the newest cell that was done before this one, of the same documents of the same policy. */
export async function listSameDocuments(db: Database, cell: CellRow): Promise<CellRow[]> {
  const { rows } = await sql<CellRow>`
    select distinct on (client_version) * from proof_cells
    where workspace_id = ${cell.workspace_id} and policy_id is not distinct from ${cell.policy_id}
      and policy_sha256 = ${cell.policy_sha256} and state = 'done' and id <> ${cell.id} and client_version <> ${cell.client_version}
    order by client_version, finished_at desc, id desc`.execute(db);
  return rows;
}

/** The proof before of the same policy with the same client, whatever the policy said then. */
export const findFormerCell = (db: Database, cell: CellRow): Promise<CellRow | undefined> =>
  db
    .selectFrom('proof_cells')
    .selectAll()
    .where('workspace_id', '=', cell.workspace_id)
    .where('policy_id', 'is not distinct from', cell.policy_id)
    .where('client_version', '=', cell.client_version)
    .where('state', '=', 'done')
    .where('id', '!=', cell.id)
    .orderBy('finished_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
