import type { ProofRun } from '#contract/proofs.ts';
import type { Database } from '#server/db/open-database.ts';
import { countOpenAlerts } from './runs/alert-queries.ts';
import { readProvenCells } from './runs/read-matrix.ts';
import { verdictOfRun } from './runs/run-proof.ts';
import { findEndedRun } from './runs/run-queries.ts';

export interface ProofFacts {
  /** The newest run that has ended, of whatever it was; null: none has. */
  run: { number: number; state: ProofRun['state']; finishedAt: Date } | null;
  /** The worst of the newest proofs of what is published now; null: nothing that is published now was proved. */
  verdict: ProofRun['verdict'];
  /** How many of these there are: one for each policy and client. */
  cells: number;
  /** Names of published policies that were never proved as they are now. */
  unproved: string[];
  /** When the policy that was proved longest ago was; null as `verdict`. */
  provedAt: Date | null;
  openAlerts: number;
  newestAlert: string | null;
}

/** What the Overview and the checks of the set-up say about proofs: of everything that is published, however small the last run was. */
export async function readProofFacts(db: Database, workspaceId: string): Promise<ProofFacts> {
  const run = await findEndedRun(db, workspaceId);
  const { policies, cells } = await readProvenCells(db, workspaceId);
  const current = cells.filter(({ isCurrent }) => isCurrent);
  const newest = new Map<string | null, number>();
  for (const { policy_id, finished_at } of current)
    newest.set(policy_id, Math.max(newest.get(policy_id) ?? 0, finished_at?.getTime() ?? 0));
  const { count, newest: newestAlert } = await countOpenAlerts(db, workspaceId);
  const unproved = policies.filter(({ id }) => id !== null && !newest.has(id)).map(({ name }) => name);
  const finishedAt = run?.finished_at ?? null;
  return {
    run: run && finishedAt ? { number: run.number, state: run.state, finishedAt } : null,
    verdict: verdictOfRun(current),
    cells: current.length,
    unproved,
    provedAt: newest.size === 0 ? null : new Date(Math.min(...newest.values())),
    openAlerts: count,
    newestAlert,
  };
}
