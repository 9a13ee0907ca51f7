import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintScannableToken } from '#server/crypto/scannable-token.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { insertToken, type RunnerTokenRow, revokeTokenRow } from './queries.ts';

interface NewToken {
  workspaceId: string;
  labels: readonly string[];
  expiresInMinutes: number;
  /** Whoever made it, as shown. */
  createdBy: string;
  isEmbedded?: boolean;
  at: Date;
}

/** A token that registers one runner, in the caller's transaction. It is in the answer and nowhere else. */
export async function createRunnerToken(
  tx: Database,
  actor: Actor,
  { workspaceId, labels, expiresInMinutes, createdBy, isEmbedded = false, at }: NewToken,
): Promise<{ token: string; row: Omit<RunnerTokenRow, 'used_at' | 'revoked_at'> }> {
  const { token, hash, hint } = mintScannableToken('runner-token');
  const row = {
    id: newId('rtk'),
    workspace_id: workspaceId,
    token_hash: hash,
    hint,
    labels: [...new Set(labels)],
    is_embedded: isEmbedded,
    created_by: createdBy,
    created_at: at,
    expires_at: new Date(at.getTime() + expiresInMinutes * 60_000),
  };
  await insertToken(tx, row);
  await record(tx, actor, 'runner.token-created', {
    at,
    subject: { kind: 'runner-token', id: row.id, label: hint },
    after: { labels: row.labels, expiresAt: row.expires_at.toISOString(), isEmbedded },
  });
  return { token, row };
}

/** @throws ReeveError not-found when it was used or taken back before */
export async function revokeRunnerToken(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  actor: Actor,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const revoked = await revokeTokenRow(tx, workspaceId, { id, at });
    if (!revoked) throw new ReeveError('not-found');
    await record(tx, actor, 'runner.token-revoked', { at, subject: { kind: 'runner-token', id, label: revoked.hint } });
  });
}
