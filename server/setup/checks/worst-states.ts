import type { Services } from '#server/services.ts';
import { type CheckState, listStates } from './queries.ts';

/** A server that has not looked for so long is no more, or runs nothing that matters. */
export const serverGoneMs = 86_400_000;

const worstFirst = ['problem', 'warning', 'unknown', 'ok'] as const;

/** Of several servers the one that is worst off, by name; one that was not seen for a day does not count, unless none was. */
function worstOf(states: readonly CheckState[], now: Date): CheckState | undefined {
  const byAge = states.toSorted((one, other) => other.checked_at.getTime() - one.checked_at.getTime());
  const fresh = byAge.filter(({ checked_at }) => now.getTime() - checked_at.getTime() < serverGoneMs);
  const [worst] = (fresh.length > 0 ? fresh : byAge.slice(0, 1)).sort(
    (one, other) => worstFirst.indexOf(one.state) - worstFirst.indexOf(other.state),
  );
  if (!worst || fresh.length < 2) return worst;
  return { ...worst, evidence: `On ${worst.server}: ${worst.evidence}` };
}

/** How each check was found last, once for each. */
export async function readWorstStates(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
): Promise<CheckState[]> {
  const byCheck = Map.groupBy(await listStates(db, workspaceId), ({ check_id }) => check_id);
  const now = clock();
  return [...byCheck.values()].flatMap((states) => worstOf(states, now) ?? []);
}
