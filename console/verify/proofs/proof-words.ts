import { countOf } from '#console/ui/figures.ts';
import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { ProofAttempt, ProofCell, ProofCounts, ProofRun, ProofVerdict } from '#contract/proofs.ts';

type Verdict = NonNullable<ProofCell['verdict']>;

export interface Said {
  tone: Tone;
  word: string;
  /** What the word leaves open; null when there is nothing to add. */
  detail: string | null;
}

/** Reeve's own pins alone stand in the matrix like a policy. */
export const policyLabel = (policy: { policyId: string | null; policyName: string }): string =>
  policy.policyId === null ? 'No policy' : policy.policyName;

/** "Contractors v3" */
export const subjectLabel = (cell: Pick<ProofCell, 'policyId' | 'policyName' | 'revision'>): string =>
  cell.policyId === null ? 'No policy' : `${cell.policyName} v${cell.revision}`;

const tones: Record<Verdict, Tone> = { held: 'ok', broken: 'bad', partly: 'warn', inconclusive: 'info' };
export const verdictWords: Record<Verdict, string> = {
  held: 'Held',
  broken: 'Broken',
  partly: 'Partly',
  inconclusive: 'Inconclusive',
};

/** A verdict in a word and what is behind it. Nothing that is not enforced is ever called held. */
export function sayVerdict(verdict: Verdict, counts: ProofCounts): Said {
  const tried = counts.held + counts.broken + counts['not-enforced'] + counts.inconclusive;
  const details: Record<Verdict, string> = {
    held: countOf(tried, 'attempt'),
    broken: `${counts.broken} of ${countOf(tried, 'attempt')} broken`,
    partly: `${counts['not-enforced']} not enforced`,
    inconclusive: `${counts.inconclusive} of ${countOf(tried, 'attempt')} failed`,
  };
  return { tone: tones[verdict], word: verdictWords[verdict], detail: details[verdict] };
}

/** @param newer - what is published instead of what was proven; null when nothing is */
export function sayCell(cell: ProofCell | undefined, newer: { revision: number } | null = null): Said {
  if (!cell) return { tone: 'quiet', word: 'Not proven yet', detail: null };
  if (cell.state === 'waiting') return { tone: 'quiet', word: 'Waiting', detail: null };
  if (cell.state === 'running')
    return { tone: 'info', word: 'Being tried', detail: `${cell.attemptsDone} of ${cell.attemptsTotal}` };
  if (cell.state === 'cancelled') return { tone: 'off', word: 'Cancelled', detail: doneBefore(cell) };
  if (cell.state === 'failed' || cell.verdict === null)
    return { tone: 'info', word: 'Could not be tried', detail: cell.error };
  if (newer !== null)
    return {
      tone: 'quiet',
      word: 'Out of date',
      detail: `v${cell.revision} ${verdictWords[cell.verdict].toLowerCase()}, ${newer.revision === cell.revision ? 'the baseline has changed since' : `v${newer.revision} is published`}`,
    };
  return sayVerdict(cell.verdict, cell.counts);
}

const doneBefore = ({ attemptsDone, attemptsTotal }: ProofCell): string | null =>
  attemptsDone === 0 ? null : `after ${attemptsDone} of ${attemptsTotal}`;

/** The state of a run as a badge. */
export function sayRun(run: ProofRun): Said {
  if (run.state === 'waiting') return { tone: 'quiet', word: 'Waiting', detail: null };
  if (run.state === 'running')
    return { tone: 'info', word: 'Running', detail: `${run.attemptsDone} of ${run.attemptsTotal} attempts` };
  if (run.state === 'cancelled') return { tone: 'off', word: 'Cancelled', detail: null };
  if (run.state === 'failed' || run.verdict === null) return { tone: 'bad', word: 'Failed', detail: run.error };
  return sayVerdict(run.verdict, run.counts);
}

export const isUnfinished = ({ state }: Pick<ProofRun, 'state'>): boolean => state === 'waiting' || state === 'running';

const certificateMs = 60_000;

/** Whether a run may still change: the certificate is signed a moment after the end. */
export const maySoonChange = (run: ProofRun, now: Date): boolean =>
  isUnfinished(run) ||
  (run.state === 'done' &&
    run.certificateId === null &&
    run.finishedAt !== null &&
    now.getTime() - Date.parse(run.finishedAt) < certificateMs);

/** What a verdict means, in a sentence. `clientVersion` is null where several clients are meant. */
export function verdictSentence(verdict: Verdict, counts: ProofCounts, clientVersion: string | null): string {
  const unknown = countOf(counts['not-enforced'], 'attempt was', 'attempts were');
  const sentences: Record<Verdict, string> = {
    held: 'Every attempt to get around it was stopped.',
    broken: `${countOf(counts.broken, 'attempt')} got through that should have been stopped.`,
    partly: `What ${clientVersion ?? 'each client'} enforces was kept; ${unknown} not stopped, because ${clientVersion === null ? 'a client' : 'it'} does not enforce the constraint.`,
    inconclusive: `${countOf(counts.inconclusive, 'attempt')} failed by itself, so nothing is proven by it.`,
  };
  return sentences[verdict];
}

/** Worst first: what somebody has to look at. */
export const attemptOrder: readonly ProofVerdict[] = ['broken', 'inconclusive', 'not-enforced', 'not-tried', 'held'];

export const attemptVerdictLabels: Record<ProofVerdict, string> = {
  held: 'Held',
  broken: 'Broken',
  'not-enforced': 'Not enforced',
  'not-tried': 'Not tried',
  inconclusive: 'Inconclusive',
};

export function sayAttempt(verdict: ProofVerdict, clientVersion: string): { tone: Tone; word: string } {
  const looks: Record<ProofVerdict, [Tone, string]> = {
    held: ['ok', 'Held'],
    broken: ['bad', 'Broken'],
    'not-enforced': ['warn', `Not enforced by ${clientVersion}`],
    'not-tried': ['off', 'Not tried'],
    inconclusive: ['info', 'Inconclusive'],
  };
  const [tone, word] = looks[verdict];
  return { tone, word };
}

export interface AttemptGroup {
  constraint: string;
  attempts: ProofAttempt[];
}

const rank = ({ verdict }: ProofAttempt): number => attemptOrder.indexOf(verdict);

/** Attempts by what they attack, the groups with the worst verdict first and in each the worst first. */
export function groupAttempts(attempts: readonly ProofAttempt[]): AttemptGroup[] {
  const groups = [...Map.groupBy(attempts, ({ constraint }) => constraint)].map(([constraint, its]) => ({
    constraint,
    attempts: its.toSorted((one, other) => rank(one) - rank(other) || one.position - other.position),
  }));
  const worst = ({ attempts: [first] }: AttemptGroup): number => (first ? rank(first) : attemptOrder.length);
  return groups.toSorted((one, other) => worst(one) - worst(other));
}

const areas: Record<string, string> = {
  gateway: 'Gateway: which models are answered',
  'sign-in': 'Sign-in',
  cache: 'The cached policy',
  delivery: 'Delivery of the policy',
  telemetry: 'Telemetry',
};

/** A constraint is a key path of the policy, which is code, or an area of Reeve, which is words. */
export const describeConstraint = (constraint: string): { text: string; isKey: boolean } => {
  const area = areas[constraint];
  return area === undefined ? { text: constraint, isKey: true } : { text: area, isKey: false };
};
