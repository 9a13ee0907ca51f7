import { isKeyScope, type KeyScope } from '#contract/key-scopes.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { findKey, type KeyRow, listKeys, readLongestDays } from './queries.ts';

/** A scope of a later version opens nothing here. */
export const knownScopes = (scopes: readonly string[]): KeyScope[] => scopes.filter(isKeyScope);

const iso = (time: Date | string | null): string | null => (time === null ? null : new Date(time).toISOString());

const stateOf = (row: KeyRow, now: Date): WorkspaceKey['state'] => {
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at <= now ? 'expired' : 'active';
};

const asKey = (row: KeyRow, now: Date): WorkspaceKey => ({
  id: row.id,
  name: row.name,
  scopes: knownScopes(row.scopes),
  allowedIps: row.allowed_ips,
  state: stateOf(row, now),
  secrets: row.secrets
    .filter(({ ends_at }) => ends_at === null || new Date(ends_at) > now)
    .map(({ hint, created_at, ends_at }) => ({
      hint,
      createdAt: new Date(created_at).toISOString(),
      endsAt: iso(ends_at),
    })),
  createdBy: {
    id: row.created_by,
    name: row.creator_name ?? row.created_by_name,
    hasLeft: row.creator_status !== 'active',
  },
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  lastUsedAt: iso(row.last_used_at),
  lastUsedIp: row.last_used_ip,
  revokedAt: iso(row.revoked_at),
});

export async function readKeys(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
): Promise<{ items: WorkspaceKey[]; maxDays: number }> {
  const rows = await listKeys(db, workspaceId);
  const now = clock();
  return { items: rows.map((row) => asKey(row, now)), maxDays: await readLongestDays(db, workspaceId) };
}

export async function readKeyOf(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  id: string,
): Promise<WorkspaceKey> {
  const row = await findKey(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { keyId: id });
  return asKey(row, clock());
}
