import type { ProofCell } from '#contract/proofs.ts';

interface Asked {
  policyIds: (string | null)[];
  clientVersions: string[];
}

export interface Estimate {
  attempts: number;
  /** As measured on this server in earlier proofs. */
  durationMs: number;
}

type Measured = Pick<
  ProofCell,
  'policyId' | 'clientVersion' | 'attemptsDone' | 'attemptsTotal' | 'startedAt' | 'finishedAt'
>;

const tookMs = ({ startedAt, finishedAt }: Measured): number =>
  startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : 0;

/**
 * How many attempts a proof will make and how long that takes, from what earlier ones took here. A combination that was never tried
 * counts as the average one.
 *
 * @returns null as long as nothing was measured
 */
export function estimateProof(cells: readonly Measured[], { policyIds, clientVersions }: Asked): Estimate | null {
  const measured = cells.filter((cell) => cell.attemptsDone > 0 && tookMs(cell) > 0);
  const attempts = measured.reduce((sum, { attemptsDone }) => sum + attemptsDone, 0);
  if (attempts === 0) return null;
  const perAttemptMs = measured.reduce((sum, cell) => sum + tookMs(cell), 0) / attempts;
  const average = attempts / measured.length;
  const expected = policyIds.flatMap((policyId) =>
    clientVersions.map(
      (version) =>
        measured.find((cell) => cell.policyId === policyId && cell.clientVersion === version)?.attemptsTotal ?? average,
    ),
  );
  const total = Math.round(expected.reduce((sum, one) => sum + one, 0));
  return { attempts: total, durationMs: Math.round(total * perAttemptMs) };
}

/** "about 40 seconds", "about 12 minutes", "about 2 hours" */
export function sayAbout(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 90) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} seconds`;
  if (seconds < 90 * 60) return `about ${Math.ceil(seconds / 60)} minutes`;
  return `about ${Math.ceil(seconds / 3600)} hours`;
}
