import { leaseSeconds } from '#contract/runner-protocol.ts';
import type { Database } from '#server/db/open-database.ts';
import { fitRunner } from './fit-runner.ts';
import type { Claim, Leased } from './give-out.ts';
import { listAnswered, type NamedClaim, renewRepeated } from './repeated-claim-queries.ts';

const keyOf = ({ runnerId, claimId }: NamedClaim): string => `${runnerId} ${claimId}`;
const namedOf = (claims: readonly Claim[]): NamedClaim[] =>
  claims.flatMap(({ runnerId, claimId }) => (claimId ? [{ runnerId, claimId }] : []));

/** The claims that come again because the answer was lost, with what they were given. */
export async function giveAgain<One extends Claim>(
  db: Database,
  workspaceId: string,
  { claims, now }: { claims: readonly One[]; now: Date },
): Promise<Map<One, Leased>> {
  const leaseMs = leaseSeconds * 1000;
  const [since, until] = [new Date(now.getTime() - 2 * leaseMs), new Date(now.getTime() + leaseMs)];
  const rows = await renewRepeated(db, workspaceId, { claims: namedOf(claims), since, until });
  const known = new Map(rows.map((row) => [keyOf(row), row]));
  const given = new Map<One, Leased>();
  for (const claim of claims) {
    const row = claim.claimId ? known.get(keyOf({ runnerId: claim.runnerId, claimId: claim.claimId })) : undefined;
    // Its labels may have been changed since; it has the attempt all the same.
    const placing = row && fitRunner(row, { ...row.needs, labels: [] });
    if (row && placing) given.set(claim, { attemptId: row.attemptId, epoch: row.epoch, ...placing });
  }
  return given;
}

/** Those that may be given something: by one claim, however often it was sent, one attempt is leased. The caller holds the queue. */
export async function onceEach<One extends Claim>(
  tx: Database,
  workspaceId: string,
  claims: readonly One[],
): Promise<One[]> {
  const taken = new Set((await listAnswered(tx, workspaceId, namedOf(claims))).map(keyOf));
  // The newest of several is the one whose runner still listens.
  const once = claims.toReversed().filter(({ runnerId, claimId }) => {
    if (!claimId) return true;
    const key = keyOf({ runnerId, claimId });
    if (taken.has(key)) return false;
    taken.add(key);
    return true;
  });
  return once.toReversed();
}
