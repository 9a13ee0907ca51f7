import type { KeyScope } from '#contract/key-scopes.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintScannableToken } from '#server/crypto/scannable-token.ts';
import type { Database } from '#server/db/open-database.ts';

interface SeedKey {
  workspaceId: string;
  scopes: readonly KeyScope[];
  name?: string;
  allowedIps?: readonly string[];
  createdBy?: string | null;
  expiresAt?: Date;
}

/** An API key of the workspace, written straight into the database. */
export async function seedKey(
  { db }: { db: Database },
  {
    workspaceId,
    scopes,
    name = 'Identity provider',
    allowedIps = [],
    createdBy = null,
    expiresAt = new Date(Date.now() + 30 * 86_400_000),
  }: SeedKey,
): Promise<{ keyId: string; secret: string }> {
  const keyId = newId('key');
  const { token, hash, hint } = mintScannableToken('workspace-key');
  const created_at = new Date();
  await db
    .insertInto('workspace_keys')
    .values({
      id: keyId,
      workspace_id: workspaceId,
      name,
      scopes: JSON.stringify(scopes),
      allowed_ips: JSON.stringify(allowedIps),
      created_by: createdBy,
      created_by_name: 'Ada Lovelace',
      created_at,
      expires_at: expiresAt,
      last_used_at: null,
      last_used_ip: null,
      revoked_at: null,
      noticed_days: null,
    })
    .execute();
  await db
    .insertInto('workspace_key_secrets')
    .values({ token_hash: hash, key_id: keyId, hint, created_at, ends_at: null })
    .execute();
  return { keyId, secret: token };
}
