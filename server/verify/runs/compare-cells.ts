import type { ProofVerdict } from '#contract/proofs.ts';

export interface ComparedAttempt {
  attempt: string;
  constraint: string;
  verdict: ProofVerdict;
}

export interface ComparedCell {
  policyName: string;
  revision: number;
  clientVersion: string;
  attempts: readonly ComparedAttempt[];
}

const parts = (version: string): number[] => version.split('.').map(Number);

/** Whether `one` came before `other`. */
export function isOlder(one: string, other: string): boolean {
  const [left, right] = [parts(one), parts(other)];
  for (const [place, part] of left.entries()) {
    const difference = part - (right[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The newest client that is older than this one, among cells of the same documents. */
export const nearestOlder = <Cell extends { client_version: string }>(
  version: string,
  cells: readonly Cell[],
): Cell | undefined =>
  cells
    .filter(({ client_version }) => isOlder(client_version, version))
    .reduce<Cell | undefined>(
      (best, cell) => (best === undefined || isOlder(best.client_version, cell.client_version) ? cell : best),
      undefined,
    );

const policyOf = ({ policyName, revision }: ComparedCell): string =>
  revision === 0 ? 'Reeve’s own pins' : `${policyName} version ${revision}`;

const inWords = (constraints: readonly string[]): string => {
  const quoted = [...new Set(constraints)].map((name) => `\`${name}\``);
  if (quoted.length > 4) return `${quoted.slice(0, 3).join(', ')} and ${quoted.length - 3} more`;
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
};

/**
 * What held before and does not any more: for an attempt that both made. An attempt that could not be made, or failed itself, says nothing.
 * @returns the sentence to tell people; null when nothing got worse
 */
export function driftBetween(now: ComparedCell, before: ComparedCell): string | null {
  const former = new Map(before.attempts.map((attempt) => [attempt.attempt, attempt.verdict]));
  const worse = now.attempts.filter(
    ({ attempt, verdict }) => former.get(attempt) === 'held' && (verdict === 'broken' || verdict === 'not-enforced'),
  );
  if (worse.length === 0) return null;
  const what = inWords(worse.map(({ constraint }) => constraint));
  const lost = `Codex ${now.clientVersion} no longer keeps ${what} of ${policyOf(now)}`;
  if (now.clientVersion !== before.clientVersion) return `${lost} that ${before.clientVersion} kept.`;
  return now.revision === before.revision
    ? `${lost}, which it kept at the proof before.`
    : `${lost} that it kept in version ${before.revision}.`;
}

/** The sentence about what was broken; null when nothing was. */
export function brokenIn(cell: ComparedCell): string | null {
  const broken = cell.attempts.filter(({ verdict }) => verdict === 'broken');
  if (broken.length === 0) return null;
  const what = inWords(broken.map(({ constraint }) => constraint));
  return `Codex ${cell.clientVersion} was brought past ${what} of ${policyOf(cell)}.`;
}
