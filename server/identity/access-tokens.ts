import { z } from 'zod';
import type { HostedIn } from '#contract/activity-events.ts';
import type { AccessToken, identity } from '#contract/identity.ts';
import { can } from '#contract/permissions.ts';
import { tokenFormats } from '#contract/token-formats.ts';
import { allTokenScopes, isTokenScope, type TokenScope } from '#contract/token-scopes.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { isWellFormed, mintScannableToken } from '#server/crypto/scannable-token.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { keepFacts } from '#server/db/keep-facts.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { CodexClient } from '#server/http/wire-routes.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import {
  type AccessTokenRow,
  findAccessToken,
  findTokenByHash,
  insertAccessToken,
  listAccessTokens,
  readTokenRules,
  revokeToken,
  type StoredToken,
  touchToken,
} from './access-token-queries.ts';
import { findLeasedAttempt } from './attempt-token-queries.ts';
import { isTouchDue, touchEveryMs } from './session-lifetime.ts';
import { lockActiveMember, touchMember } from './session-queries.ts';

const dayMs = 24 * 60 * 60 * 1000;

export const asAccessToken = (row: AccessTokenRow): AccessToken => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  hint: row.hint,
  scopes: row.scopes.filter(isTokenScope),
  memberId: row.member_id,
  memberName: row.member_name,
  memberEmail: row.member_email,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
});

type Wanted = z.infer<NonNullable<(typeof identity.createAccessToken)['~orpc']['inputSchema']>>;

const badInput = (path: string, message: string) =>
  new ReeveError('bad-input', { issues: [{ path: [path], message }] });

/** A client whose sign-in fails goes on without credential and policy, so no token is made that it could not sign in with. */
function refuseUseless(kind: AccessToken['kind'], scopes: readonly TokenScope[]): void {
  const needed = kind === 'api-key' ? 'models.call' : 'policy.read';
  if (!scopes.includes(needed)) throw badInput('scopes', `It would be of no use without “${needed}”.`);
}

/** Makes a token of the member's own. The secret is in the answer and nowhere else. */
export async function createAccessToken(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  actor: Actor,
  member: Pick<SignedInMember, 'workspaceId' | 'memberId' | 'name' | 'email'>,
  { kind, name, scopes, expiresInDays }: Wanted,
): Promise<{ accessToken: AccessToken; token: string }> {
  refuseUseless(kind, scopes);
  const { token, hash, hint } = mintScannableToken(kind);
  const at = clock();
  const row = {
    id: newId('tok'),
    workspace_id: member.workspaceId,
    member_id: member.memberId,
    kind,
    name,
    hint,
    token_hash: hash,
    scopes: allTokenScopes.filter((scope) => scopes.includes(scope)),
    created_at: at,
    expires_at: new Date(at.getTime() + expiresInDays * dayMs),
  };
  await db.transaction().execute(async (tx) => {
    // Suspended meanwhile: the suspension has revoked the tokens there were, so no new one may appear behind it.
    if (!(await lockActiveMember(tx, member.memberId))) throw new ReeveError('member-suspended');
    const rules = await readTokenRules(tx, member.workspaceId);
    if (kind === 'api-key' && !rules.apiKeysAllowed) throw new ReeveError('api-keys-off');
    if (expiresInDays > rules.maxDays)
      throw badInput('expiresInDays', `This workspace allows access tokens to work for ${rules.maxDays} days at most.`);
    await insertAccessToken(tx, row);
    await record(tx, actor, 'access-token.created', {
      at,
      subject: { kind: 'access-token', id: row.id, label: name },
      after: { kind, name, hint, scopes: row.scopes, expiresAt: row.expires_at.toISOString() },
    });
  });
  const owner = { member_name: member.name, member_email: member.email };
  return { accessToken: asAccessToken({ ...row, ...owner, last_used_at: null, revoked_at: null }), token };
}

const Place = z.tuple([z.iso.datetime(), z.string()]);

/** `everyone` needs access-tokens.manage. */
export async function readAccessTokens(
  { db }: Pick<Services, 'db'>,
  member: SignedInMember,
  {
    of,
    search,
    cursor,
    limit,
  }: { of: 'me' | 'everyone'; search?: string | undefined; cursor?: string | undefined; limit: number },
) {
  if (of === 'everyone' && !can(member.permissions, 'access-tokens.manage'))
    throw new ReeveError('not-permitted', { permission: 'access-tokens.manage' });
  const after = cursor === undefined ? null : decodeCursor(cursor, Place);
  const rows = await listAccessTokens(db, member.workspaceId, {
    memberId: of === 'me' ? member.memberId : null,
    search,
    after: after && { at: new Date(after[0]), id: after[1] },
    limit: limit + 1,
  });
  const { page, nextCursor } = cutPage(rows, limit, ({ created_at, id }) => [created_at.toISOString(), id]);
  const { maxDays } = await readTokenRules(db, member.workspaceId);
  return { items: page.map(asAccessToken), nextCursor, maxDays };
}

/** Own tokens, or anyone's with access-tokens.manage; to everyone else those of others do not exist. */
export async function revokeAccessToken(
  { db, clock, signals }: Pick<Services, 'db' | 'clock' | 'signals'>,
  actor: Actor,
  member: SignedInMember,
  id: string,
): Promise<void> {
  const ownerId = await db.transaction().execute(async (tx) => {
    const row = await findAccessToken(tx, member.workspaceId, id);
    const isOwn = row?.member_id === member.memberId;
    if (!row || !(isOwn || can(member.permissions, 'access-tokens.manage'))) throw new ReeveError('not-found');
    const at = clock();
    if (!(await revokeToken(tx, id, at))) throw new ReeveError('not-found');
    const subject = { kind: 'access-token', id, label: row.name };
    await record(tx, actor, 'access-token.revoked', { at, subject, owner: row.member_email, hint: row.hint });
    return row.member_id;
  });
  signals.emit('access-changed', { workspaceId: member.workspaceId, memberId: ownerId, because: 'signed-out' });
}

const kindOf = (token: string): AccessToken['kind'] | null => {
  if (token.startsWith(tokenFormats['personal-access-token'].prefix)) return 'personal-access-token';
  return token.startsWith(tokenFormats['api-key'].prefix) ? 'api-key' : null;
};

/** Whether a bearer is one of ours that is looked up, in place of a signed one. */
export const isStoredToken = (token: string): boolean => kindOf(token) !== null;

/** A lease ends without a word to whoever keeps facts, so it is asked for at every call. @throws ReeveError token-invalid */
async function requireLease(db: Database, row: StoredToken, now: Date): Promise<HostedIn | undefined> {
  const { attempt_id: attemptId, attempt_epoch: epoch } = row;
  if (attemptId === null) return undefined;
  const found = epoch === null ? undefined : await findLeasedAttempt(db, row.workspace_id, { attemptId, epoch, now });
  if (!found) throw new ReeveError('token-invalid', { because: 'attempt-ended' });
  return found;
}

/**
 * Who holds an `at-…` or `sk-reeve-…`. Looks at the token and its member only: whether the workspace lets such clients in is asked
 * where the call is made. The reader throws `token-invalid` or `token-expired`.
 */
export function openTokenReader({ db, clock, changes, log }: Pick<Services, 'db' | 'clock' | 'changes' | 'log'>) {
  const read = keepFacts(changes, (tokenHash) => findTokenByHash(db, tokenHash));
  const touch = async (row: { id: string; member_id: string }, now: Date) => {
    const before = new Date(now.getTime() - touchEveryMs);
    await touchToken(db, { id: row.id, now, before });
    await touchMember(db, { memberId: row.member_id, now, before });
  };
  return async (token: string): Promise<CodexClient> => {
    const kind = kindOf(token);
    if (kind === null || !isWellFormed(kind, token)) throw new ReeveError('token-invalid');
    const row = await read(hashToken(token));
    if (!row || row.revoked_at !== null || row.status !== 'active') throw new ReeveError('token-invalid');
    const now = clock();
    if (row.expires_at !== null && row.expires_at <= now) throw new ReeveError('token-expired');
    const hosted = await requireLease(db, row, now);
    if (isTouchDue(row.last_used_at, now)) {
      row.last_used_at = now;
      touch(row, now).catch((error: unknown) =>
        log.warn({ err: error }, 'the last use of an access token could not be noted'),
      );
    }
    return {
      workspaceId: row.workspace_id,
      memberId: row.member_id,
      email: row.email,
      name: row.name,
      permissions: permissionsFrom(row.held),
      credential: row.attempt_id === null ? row.kind : 'hosted-task',
      scopes: row.scopes.filter(isTokenScope),
      credentialId: row.id,
      hosted,
    };
  };
}
