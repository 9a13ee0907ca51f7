import { allTokenScopes } from '#contract/token-scopes.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintScannableToken } from '#server/crypto/scannable-token.ts';
import type { Database } from '#server/db/open-database.ts';
import { insertAttemptToken } from './attempt-token-queries.ts';

export interface NewAttemptToken {
  workspaceId: string;
  /** For whom the task runs: whose policy the client gets, and who is named in the activity. */
  memberId: string;
  attemptId: string;
  epoch: number;
  at: Date;
  expiresAt: Date;
}

/**
 * A token for the client of one attempt of a hosted task. It is in nobody's list, and there is nothing to revoke: it works while the
 * attempt is leased under this epoch, which every call asks the database. The secret is the answer and nowhere else.
 */
export async function createAttemptToken(
  tx: Database,
  { workspaceId, memberId, attemptId, epoch, at, expiresAt }: NewAttemptToken,
): Promise<string> {
  const { token, hash, hint } = mintScannableToken('personal-access-token');
  await insertAttemptToken(tx, {
    id: newId('tok'),
    workspace_id: workspaceId,
    member_id: memberId,
    kind: 'personal-access-token',
    name: 'Hosted task',
    hint,
    token_hash: hash,
    scopes: JSON.stringify(allTokenScopes),
    created_at: at,
    expires_at: expiresAt,
    last_used_at: null,
    revoked_at: null,
    noticed_days: null,
    attempt_id: attemptId,
    attempt_epoch: epoch,
  });
  return token;
}
