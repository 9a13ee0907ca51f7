import type { ProofClient, ProofRun } from '#contract/proofs.ts';

interface Server {
  cannotRun: string | null;
  running: ProofRun | null;
  clients: ProofClient[];
}

/** Why no proof can be started now; null: one can. */
export function whyNotProve({ cannotRun, running, clients }: Server): string | null {
  if (cannotRun !== null) return cannotRun;
  if (running !== null) return `Proof ${running.number} is under way. Wait for its end, or cancel it.`;
  if (!clients.some(({ state }) => state === 'installed'))
    return 'No client is installed on this server. Install one below the matrix first.';
  return null;
}
