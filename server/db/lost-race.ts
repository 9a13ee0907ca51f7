import { ReeveError } from '#server/fail.ts';

/** A row that was named is gone, a name was taken, or two waited for each other: PostgreSQL, appendix A. */
const codes: ReadonlySet<unknown> = new Set(['23503', '23505', '40P01']);

/**
 * For a transaction that failed because somebody else removed, named or held the same at the same moment: nothing was changed, and
 * whoever asked may ask again.
 * @throws ReeveError conflict
 */
export function refuseLostRace(cause: unknown): never {
  const isLost = cause instanceof Error && codes.has((cause as Error & { code?: unknown }).code);
  throw isLost ? new ReeveError('conflict', {}, { cause }) : cause;
}
