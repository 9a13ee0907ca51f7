import type { Passkey, SecondFactors } from '#contract/second-factor.ts';
import type { Database } from '#server/db/open-database.ts';
import { countRecoveryCodes, findTotpSecret } from './factor-queries.ts';
import { listPasskeys, type PasskeyRow } from './passkey-queries.ts';

export const describePasskey = (row: Omit<PasskeyRow, 'member_id'>): Passkey => ({
  id: row.id,
  name: row.name,
  isBackedUp: row.is_backed_up,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
});

/** What a member has, without anything secret. */
export async function readSecondFactors(db: Database, workspaceId: string, memberId: string): Promise<SecondFactors> {
  const passkeys = await listPasskeys(db, workspaceId, memberId);
  const totp = await findTotpSecret(db, memberId, { isConfirmed: true });
  const { left, createdAt } = await countRecoveryCodes(db, memberId);
  return {
    passkeys: passkeys.map(describePasskey),
    totp: totp?.confirmed_at ? { addedAt: totp.confirmed_at.toISOString() } : null,
    recoveryCodes: { left, createdAt: createdAt?.toISOString() ?? null },
  };
}
