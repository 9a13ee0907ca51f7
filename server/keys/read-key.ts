import { isKeyScope, permissionsOfScopes } from '#contract/key-scopes.ts';
import { isWellFormed } from '#server/crypto/scannable-token.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { keepFacts } from '#server/db/keep-facts.ts';
import { ReeveError } from '#server/fail.ts';
import { isInAnyNetwork } from '#server/http/networks.ts';
import type { KeyHolder, ReadKey } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { findKeyBySecret, touchKey } from './queries.ts';

const touchEveryMs = 60_000;

type Row = NonNullable<Awaited<ReturnType<typeof findKeyBySecret>>>;

function asHolder({ id, workspace_id: workspaceId, name, scopes }: Row, ip: string | null): KeyHolder {
  const known = scopes.filter(isKeyScope);
  return {
    keyId: id,
    workspaceId,
    name,
    scopes: new Set(known),
    permissions: permissionsOfScopes(known),
    actor: { kind: 'key', id, label: `API key “${name}”`, workspaceId, ip },
  };
}

/**
 * Who calls with an `rk-…`, as of this request: whatever takes a key away is seen at the next one, in every process.
 * @throws ReeveError key-invalid, key-expired, key-address-refused
 */
export function openKeyReader({
  db,
  clock,
  changes,
  log,
}: Pick<Services, 'db' | 'clock' | 'changes' | 'log'>): ReadKey {
  const read = keepFacts(changes, (tokenHash) => findKeyBySecret(db, tokenHash));
  const touch = (row: Row, now: Date, ip: string | null) => {
    const isDue = row.last_used_at === null || now.getTime() - row.last_used_at.getTime() >= touchEveryMs;
    if (!isDue) return;
    row.last_used_at = now;
    const before = new Date(now.getTime() - touchEveryMs);
    // Beside the request: nobody waits for it.
    touchKey(db, { id: row.id, now, before, ip }).catch((error: unknown) =>
      log.warn({ err: error }, 'the last use of an API key could not be noted'),
    );
  };
  return async (token, { ip }) => {
    if (!isWellFormed('workspace-key', token)) throw new ReeveError('key-invalid');
    const row = await read(hashToken(token));
    const now = clock();
    if (!row || row.revoked_at !== null || (row.ends_at !== null && row.ends_at <= now))
      throw new ReeveError('key-invalid');
    if (row.expires_at <= now) throw new ReeveError('key-expired', { expiredAt: row.expires_at.toISOString() });
    if (row.allowed_ips.length > 0 && !isInAnyNetwork(ip, row.allowed_ips))
      throw new ReeveError('key-address-refused', { address: ip });
    touch(row, now, ip);
    return asHolder(row, ip);
  };
}
