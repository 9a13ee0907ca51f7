import type { Database } from '#server/db/open-database.ts';

export interface StoredArtifact {
  payload: Record<string, unknown>;
  consumedAt: Date | null;
}

export async function upsertArtifact(
  db: Database,
  artifact: {
    model: string;
    idHash: string;
    payload: Record<string, unknown>;
    grantId: string | null;
    expiresAt: Date | null;
  },
): Promise<void> {
  const payload = JSON.stringify(artifact.payload);
  await db
    .insertInto('oauth_artifacts')
    .values({
      model: artifact.model,
      id_hash: artifact.idHash,
      payload,
      grant_id: artifact.grantId,
      uid: null,
      user_code: null,
      consumed_at: null,
      expires_at: artifact.expiresAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['model', 'id_hash'])
        .doUpdateSet({ payload, grant_id: artifact.grantId, expires_at: artifact.expiresAt }),
    )
    .execute();
}

export async function findArtifact(
  db: Database,
  { model, idHash }: { model: string; idHash: string },
): Promise<StoredArtifact | undefined> {
  return db
    .selectFrom('oauth_artifacts')
    .select(['payload', 'consumed_at as consumedAt'])
    .where('model', '=', model)
    .where('id_hash', '=', idHash)
    .executeTakeFirst();
}

/** Keeps the first time: the grace for a refresh token counts from its first use. */
export async function consumeArtifact(
  db: Database,
  { model, idHash, at }: { model: string; idHash: string; at: Date },
): Promise<void> {
  await db
    .updateTable('oauth_artifacts')
    .set({ consumed_at: at })
    .where('model', '=', model)
    .where('id_hash', '=', idHash)
    .where('consumed_at', 'is', null)
    .execute();
}

export async function deleteArtifact(db: Database, { model, idHash }: { model: string; idHash: string }) {
  await db.deleteFrom('oauth_artifacts').where('model', '=', model).where('id_hash', '=', idHash).execute();
}

/** @returns how many rows went */
export async function purgeArtifacts(
  db: Database,
  { expiredBefore, refreshTokensExpiredBefore }: { expiredBefore: Date; refreshTokensExpiredBefore: Date },
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('oauth_artifacts')
    .where('expires_at', '<', expiredBefore)
    .where((where) =>
      where.or([where('model', '!=', 'RefreshToken'), where('expires_at', '<', refreshTokensExpiredBefore)]),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
