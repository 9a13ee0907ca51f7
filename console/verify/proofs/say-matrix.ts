import { countOf } from '#console/ui/figures.ts';
import type { ProofCell, ProofClient } from '#contract/proofs.ts';

export type MatrixCell = ProofCell & { isCurrent: boolean };
export interface MatrixPolicy {
  id: string | null;
  name: string;
  revision: number;
}

export interface Matrix {
  policies: MatrixPolicy[];
  clients: ProofClient[];
  cells: MatrixCell[];
}

export interface MatrixAnswer {
  tone: 'ok' | 'warn' | 'bad' | 'info';
  /** The answer to "does the stock client keep what our policies say?" */
  answer: string;
  /** Why, in a sentence. */
  because: string;
  /** The proofs that make it so, to go to. */
  culprits: MatrixCell[];
}

/** For sorting versions, the newest first: what most people run is what is seen first. */
export const newestFirst = (one: string, other: string): number => other.localeCompare(one, 'en', { numeric: true });

/** Versions a person would want proven: those that are here, and those that were proven once. The newest first. */
export const relevantClients = ({ clients, cells }: Pick<Matrix, 'clients' | 'cells'>): ProofClient[] =>
  clients
    .filter(
      ({ version, state }) => state === 'installed' || cells.some(({ clientVersion }) => clientVersion === version),
    )
    .toSorted((one, other) => newestFirst(one.version, other.version));

const joined = new Intl.ListFormat('en', { type: 'conjunction' });

/** @returns null while nothing at all is proven */
export function answerMatrix(matrix: Matrix): MatrixAnswer | null {
  const clients = relevantClients(matrix);
  const versions = new Set(clients.map(({ version }) => version));
  const known = new Set(matrix.policies.map(({ id }) => id));
  const cells = matrix.cells.filter(
    ({ policyId, clientVersion }) => known.has(policyId) && versions.has(clientVersion),
  );
  if (cells.length === 0) return null;
  const current = cells.filter(({ isCurrent }) => isCurrent);
  const of = (verdict: ProofCell['verdict']) => current.filter((cell) => cell.verdict === verdict);
  const open = matrix.policies.length * clients.length - current.length;
  const held = of('held');
  const counted = `${held.length} of ${countOf(matrix.policies.length * clients.length, 'combination')} held`;
  if (of('broken').length > 0)
    return {
      tone: 'bad',
      answer: 'No',
      because: `${countOf(of('broken').length, 'proof found', 'proofs found')} a constraint that the client did not keep.`,
      culprits: of('broken'),
    };
  if (of('inconclusive').length > 0)
    return {
      tone: 'info',
      answer: 'Not certain',
      because: `${countOf(of('inconclusive').length, 'proof', 'proofs')} could not be finished; ${counted}.`,
      culprits: of('inconclusive'),
    };
  if (open > 0)
    return { tone: 'info', answer: 'Not proven for all', because: sayOpen(cells, open, counted), culprits: [] };
  if (of('partly').length > 0)
    return {
      tone: 'warn',
      answer: 'Partly',
      because: `What each client enforces was kept; ${joined.format(versionsOf(of('partly')))} ${versionsOf(of('partly')).length === 1 ? 'does' : 'do'} not enforce everything the policies say.`,
      culprits: of('partly'),
    };
  return {
    tone: 'ok',
    answer: 'Yes',
    because: `Every attempt to get around ${matrix.policies.length === 1 ? 'it' : `${matrix.policies.length === 2 ? 'both' : `all ${matrix.policies.length}`} of them`} was stopped, with ${joined.format(clients.map(({ version }) => version))}.`,
    culprits: [],
  };
}

const versionsOf = (cells: readonly MatrixCell[]): string[] => [
  ...new Set(cells.map(({ clientVersion }) => clientVersion)),
];

function sayOpen(cells: readonly MatrixCell[], open: number, counted: string): string {
  const partly = cells.filter(({ isCurrent, verdict }) => isCurrent && verdict === 'partly').length;
  const old = cells.filter(({ isCurrent }) => !isCurrent).length;
  const never = open - old;
  const parts = [
    counted,
    ...(partly > 0 ? [`${partly} partly`] : []),
    ...(old > 0 ? [`${old} ${old === 1 ? 'is' : 'are'} out of date`] : []),
    ...(never > 0 ? [`${never} ${never === 1 ? 'was' : 'were'} never tried`] : []),
  ];
  return `${joined.format(parts)}.`;
}
