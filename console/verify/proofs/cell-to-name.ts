import { type MatrixCell, newestFirst } from './say-matrix.ts';

/** The one proof of a policy that a single line should name: a broken one if there is any, else that of the newest client. */
export function cellToName(cells: readonly MatrixCell[]): MatrixCell | undefined {
  const current = cells.filter(({ isCurrent }) => isCurrent);
  const candidates = (current.length > 0 ? current : cells).toSorted((one, other) =>
    newestFirst(one.clientVersion, other.clientVersion),
  );
  return candidates.find(({ verdict }) => verdict === 'broken') ?? candidates[0];
}
