import { hashToken, mintToken } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { deleteOlderPending, findPending, insertPending, type PendingRow } from './pending-queries.ts';

/** GitHub's code for a new app is good for an hour; nobody reads a page for as long. */
const goodForMs = 30 * 60_000;
/** In so many tabs may a member have the same under way; beginning once more ends the oldest. */
export const underWayAtMost = 10;

interface Asking {
  workspaceId: string;
  memberId: string;
}

/** Remembers what is under way on a git server's own pages. @returns what it comes back with */
export async function startPending(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, memberId }: Asking,
  { purpose, facts }: { purpose: PendingRow['purpose']; facts: Record<string, string | null> },
): Promise<string> {
  const { token, hash } = mintToken('');
  await db.transaction().execute(async (tx) => {
    await insertPending(tx, {
      state_hash: hash,
      workspace_id: workspaceId,
      member_id: memberId,
      purpose,
      facts: JSON.stringify(facts),
      expires_at: new Date(clock().getTime() + goodForMs),
    });
    await deleteOlderPending(tx, { workspaceId, memberId, purpose, keep: underWayAtMost });
  });
  return token;
}

/**
 * What this browser's member began. Anybody can be led to an address with a state in it; only whoever began it may go on.
 * @throws ReeveError git-link-expired
 */
export async function requirePending(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, memberId }: Asking,
  { purpose, state }: { purpose: PendingRow['purpose']; state: string },
): Promise<PendingRow> {
  const row = await findPending(db, { stateHash: hashToken(state), purpose, at: clock() });
  if (row?.workspace_id !== workspaceId || row.member_id !== memberId) throw new ReeveError('git-link-expired');
  return row;
}
