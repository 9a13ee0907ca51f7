import { type ProofAttempt, type ProofCell, type ProofCounts, proofVerdicts } from '#contract/proofs.ts';

type Verdicts = readonly Pick<ProofAttempt, 'verdict'>[];

export function countVerdicts(attempts: Verdicts): ProofCounts {
  const counted = proofVerdicts.map((verdict) => [verdict, attempts.filter((one) => one.verdict === verdict).length]);
  return Object.fromEntries(counted) as ProofCounts;
}

/** The worst that was seen decides. What could not be tried is counted and lowers nothing; a proof of nothing at all is inconclusive. */
export function overallVerdict(attempts: Verdicts): NonNullable<ProofCell['verdict']> {
  const has = (verdict: ProofAttempt['verdict']) => attempts.some((one) => one.verdict === verdict);
  if (has('broken')) return 'broken';
  if (has('inconclusive') || !(has('held') || has('not-enforced'))) return 'inconclusive';
  return has('not-enforced') ? 'partly' : 'held';
}
