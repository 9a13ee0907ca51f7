import type { ProofAttempt, ProofCell } from '#contract/proofs.ts';
import { nameOfCell, type WatchedRun } from './watch-run.ts';

export interface CellEvidence {
  cell: ProofCell;
  attempts: ProofAttempt[];
}

const pad = (text: string, width: number): string => text.padEnd(width);

/** One row a policy, one column a client. */
export function matrixLines(cells: readonly ProofCell[]): string[] {
  const policies = [...new Map(cells.map((cell) => [`${cell.policyId}@${cell.revision}`, cell])).entries()];
  const clients = [...new Set(cells.map(({ clientVersion }) => clientVersion))];
  const nameOf = ({ policyName, revision }: ProofCell) => (revision === 0 ? policyName : `${policyName} ${revision}`);
  const width = Math.max(...policies.map(([, cell]) => nameOf(cell).length), 'Policy'.length) + 2;
  const rows = policies.map(([key, first]) => {
    const verdicts = clients.map((client) => {
      const cell = cells.find((one) => `${one.policyId}@${one.revision}` === key && one.clientVersion === client);
      return pad(cell?.verdict ?? cell?.state ?? '', 14);
    });
    return `${pad(nameOf(first), width)}${verdicts.join('')}`.trimEnd();
  });
  return [`${pad('Policy', width)}${clients.map((client) => pad(client, 14)).join('')}`.trimEnd(), ...rows];
}

/** What is broken and what is not enforced, by name. */
export function findingLines(evidence: readonly CellEvidence[]): string[] {
  const lines: string[] = [];
  for (const [verdict, words] of [
    ['broken', 'BROKEN'],
    ['not-enforced', 'not enforced'],
    ['inconclusive', 'inconclusive'],
  ] as const)
    for (const { cell, attempts } of evidence)
      for (const attempt of attempts.filter((one) => one.verdict === verdict))
        lines.push(`${words}: ${attempt.constraint}, ${nameOfCell(cell)}: ${attempt.title}. ${attempt.observed}`);
  return lines;
}

export function resultLines({ run, cells }: WatchedRun, evidence: readonly CellEvidence[]): string[] {
  const { counts } = run;
  const summary = `${counts.held} held, ${counts.broken} broken, ${counts['not-enforced']} not enforced, ${counts['not-tried']} not tried, ${counts.inconclusive} inconclusive`;
  const findings = findingLines(evidence);
  return [
    '',
    ...matrixLines(cells),
    '',
    ...findings,
    ...(findings.length > 0 ? [''] : []),
    run.state === 'done'
      ? `Proof ${run.number}: ${run.verdict} (${summary}).`
      : `Proof ${run.number} ${run.state === 'cancelled' ? 'was stopped' : 'failed'}. ${run.error ?? ''}`.trimEnd(),
  ];
}
