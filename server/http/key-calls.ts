import type { Allow } from '#contract/endpoint.ts';
import { scopesCarrying } from '#contract/key-scopes.ts';
import { can } from '#contract/permissions.ts';
import { tokenFormats } from '#contract/token-formats.ts';
import type { Database } from '#server/db/open-database.ts';
import { rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import type { KeyHolder } from './request-context.ts';

/** RFC 6750 §2.1. Other bearers are not ours: a proxy in front may send its own. */
const keyHeader = new RegExp(`^Bearer +(${tokenFormats['workspace-key'].prefix}[^ ]+) *$`, 'i');

/** The API key that a call carries. A browser never sends one by itself, so what carries one needs no protection from other sites. */
export const keyIn = (headers: Headers): string | null =>
  keyHeader.exec(headers.get('authorization') ?? '')?.[1] ?? null;

/** @throws ReeveError member-only, scope-missing */
export function checkKeyAccess(allow: Allow, key: KeyHolder): void {
  if (allow === 'anyone') return;
  const scopes = allow === 'member' ? [] : scopesCarrying(allow);
  if (scopes.length === 0 || allow === 'member') throw new ReeveError('member-only');
  if (!can(key.permissions, allow)) throw new ReeveError('scope-missing', { permission: allow, anyOf: scopes });
}

/** Plenty for a program that behaves, and little enough that one which does not leaves room for people. */
export const keyCalls = { name: 'key-calls', points: 600, perSeconds: 60 } as const;

/** Counts the calls of each key. @throws ReeveError too-many-calls, with `retryAfterSeconds` */
export function limitKeyCalls(db: Database) {
  const limit = rateLimit(db, keyCalls);
  return async ({ keyId }: Pick<KeyHolder, 'keyId'>): Promise<void> => {
    const admission = await limit.take(keyId);
    if (!admission.allowed) throw new ReeveError('too-many-calls', { retryAfterSeconds: admission.retryAfterSeconds });
  };
}
