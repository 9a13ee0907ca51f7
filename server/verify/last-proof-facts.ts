import type { ProofRun } from '#contract/proofs.ts';
import type { Database } from '#server/db/open-database.ts';

export interface LastProof {
  /** The newest run that has ended; null: none has. */
  run: { id: string; number: number; state: ProofRun['state']; verdict: ProofRun['verdict']; finishedAt: Date } | null;
  openAlerts: number;
}

/** What the checks of the set-up say about proofs. */
export async function readLastProof(db: Database, workspaceId: string): Promise<LastProof> {
  const run = await db
    .selectFrom('proof_runs')
    .select(['id', 'number', 'state', 'verdict', 'finished_at'])
    .where('workspace_id', '=', workspaceId)
    .where('finished_at', 'is not', null)
    .where('state', 'in', ['done', 'failed'])
    .orderBy('finished_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { open } = await db
    .selectFrom('proof_alerts')
    .select((by) => by.fn.countAll().as('open'))
    .where('workspace_id', '=', workspaceId)
    .where('acknowledged_at', 'is', null)
    .executeTakeFirstOrThrow();
  const finishedAt = run?.finished_at ?? null;
  return {
    run:
      run && finishedAt ? { id: run.id, number: run.number, state: run.state, verdict: run.verdict, finishedAt } : null,
    openAlerts: Number(open),
  };
}
