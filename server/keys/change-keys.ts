import type { z } from 'zod';
import { type KeyScope, missingFor, scopeFacts } from '#contract/key-scopes.ts';
import type { keys, WorkspaceKey } from '#contract/keys.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintScannableToken } from '#server/crypto/scannable-token.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { isWithinNetwork, readNetwork } from '#server/http/networks.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import {
  findKey,
  insertKey,
  insertSecret,
  isActiveMember,
  lockKey,
  readLongestDays,
  renewKey,
  retireSecrets,
  revokeKeyRow,
  updateKey,
} from './queries.ts';
import { knownScopes, readKeyOf } from './read-keys.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Input<Name extends 'create' | 'update' | 'rotate'> = z.output<
  NonNullable<(typeof keys)[Name]['~orpc']['inputSchema']>
>;
type KeyServices = Pick<Services, 'db' | 'clock'>;
interface By {
  actor: Actor;
  member: Pick<SignedInMember, 'workspaceId' | 'memberId' | 'name' | 'permissions' | 'isOwner'>;
}

const badInput = (path: string, message: string) =>
  new ReeveError('bad-input', { issues: [{ path: [path], message }] });

/** Whoever sees the secret can use it, so making and rotating a key asks for everything it can do. */
function refuseScopesBeyondOwn({ member }: By, scopes: readonly KeyScope[]): void {
  for (const scope of scopes) {
    const { label, isForOwners = false } = scopeFacts(scope);
    if (isForOwners && !member.isOwner)
      throw new ReeveError(
        'not-permitted',
        { scope },
        {
          message: `A key with the scope “${label}” (${scope}) reaches every account and group, those of owners too. Ask a workspace owner to make, rotate or widen it.`,
        },
      );
    const missing = missingFor(member.permissions, scope);
    if (missing.length > 0)
      throw new ReeveError(
        'not-permitted',
        { scope, missing },
        {
          message: `The scope “${label}” (${scope}) goes beyond what you may do yourself (${missing.join(', ')}). Ask a workspace owner to make, rotate or widen this key.`,
        },
      );
  }
}

async function refuseSuspended(tx: Database, { member }: By): Promise<void> {
  if (!(await isActiveMember(tx, member.workspaceId, member.memberId))) throw new ReeveError('member-suspended');
}

const readNetworks = (texts: readonly string[]): string[] => {
  const networks = texts.map((text) => {
    const network = readNetwork(text);
    if (network === null)
      throw badInput(
        'allowedIps',
        `“${text}” is neither an address nor a network such as 192.0.2.0/24 or 2001:db8::/32.`,
      );
    return network;
  });
  return [...new Set(networks)];
};

async function endOf(tx: Database, workspaceId: string, { at, days }: { at: Date; days: number }): Promise<Date> {
  const longest = await readLongestDays(tx, workspaceId);
  if (days > longest)
    throw badInput('expiresInDays', `This workspace allows keys to work for ${longest} days at most.`);
  return new Date(at.getTime() + days * dayMs);
}

const subjectOf = ({ id, name }: { id: string; name: string }) => ({ kind: 'key', id, label: name });

/** A key of the workspace. The secret is in the answer and nowhere else. */
export async function createKey(
  { db, clock }: KeyServices,
  by: By,
  { name, scopes, allowedIps, expiresInDays }: Input<'create'>,
): Promise<{ key: WorkspaceKey; secret: string }> {
  const wanted = [...new Set(scopes)];
  refuseScopesBeyondOwn(by, wanted);
  const allowed_ips = readNetworks(allowedIps);
  const { actor, member } = by;
  const { token, hash, hint } = mintScannableToken('workspace-key');
  const at = clock();
  const id = newId('key');
  await db.transaction().execute(async (tx) => {
    await refuseSuspended(tx, by);
    const expires_at = await endOf(tx, member.workspaceId, { at, days: expiresInDays });
    const made = { created_by: member.memberId, created_by_name: member.name, created_at: at };
    await insertKey(tx, {
      id,
      workspace_id: member.workspaceId,
      name,
      scopes: wanted,
      allowed_ips,
      expires_at,
      ...made,
    });
    await insertSecret(tx, { token_hash: hash, key_id: id, hint, created_at: at });
    await record(tx, actor, 'key.created', {
      at,
      subject: subjectOf({ id, name }),
      after: { name, hint, scopes: wanted, allowedIps: allowed_ips, expiresAt: expires_at.toISOString() },
    });
  });
  return { key: await readKeyOf({ db, clock }, member.workspaceId, id), secret: token };
}

async function lockLiveKey(tx: Database, workspaceId: string, id: string) {
  const row = await lockKey(tx, workspaceId, id);
  if (!row || row.revoked_at !== null) throw new ReeveError('not-found', { keyId: id });
  return row;
}

/** Whether it works from somewhere it did not; none at all means from anywhere. */
const isWider = (after: readonly string[], before: readonly string[]): boolean =>
  before.length > 0 &&
  (after.length === 0 || after.some((network) => !before.some((known) => isWithinNetwork(network, known))));

/**
 * Name and addresses. What a key may do never changes: whoever holds it would not know. Where it works from is widened only by somebody
 * who may make such a key: who set a program up has seen its secret, and the addresses may be all that keeps them from using it.
 */
export async function changeKey(
  { db, clock }: KeyServices,
  by: By,
  { id, name, allowedIps }: Input<'update'>,
): Promise<WorkspaceKey> {
  const { actor, member } = by;
  const networks = allowedIps && readNetworks(allowedIps);
  await db.transaction().execute(async (tx) => {
    const row = await lockLiveKey(tx, member.workspaceId, id);
    if (networks && isWider(networks, row.allowed_ips)) refuseScopesBeyondOwn(by, knownScopes(row.scopes));
    const before = { name: row.name, allowedIps: row.allowed_ips };
    const after = { name: name ?? row.name, allowedIps: networks ?? row.allowed_ips };
    await updateKey(tx, id, after);
    await record(tx, actor, 'key.updated', {
      at: clock(),
      subject: subjectOf({ id, name: after.name }),
      before,
      after,
    });
  });
  return readKeyOf({ db, clock }, member.workspaceId, id);
}

/** A new secret for the same key, and a new end; the former secret works until the overlap is over. */
export async function rotateKey(
  { db, clock }: KeyServices,
  by: By,
  { id, overlapHours, expiresInDays }: Input<'rotate'>,
): Promise<{ key: WorkspaceKey; secret: string }> {
  const { actor, member } = by;
  const { token, hash, hint } = mintScannableToken('workspace-key');
  await db.transaction().execute(async (tx) => {
    await refuseSuspended(tx, by);
    const row = await lockLiveKey(tx, member.workspaceId, id);
    refuseScopesBeyondOwn(by, knownScopes(row.scopes));
    const at = clock();
    const expiresAt = await endOf(tx, member.workspaceId, { at, days: expiresInDays });
    // What has expired does not come back to life for the overlap, and nothing outlives the key.
    const overlapEndMs = at.getTime() + overlapHours * hourMs;
    const formerEndsAt = new Date(Math.min(overlapEndMs, row.expires_at.getTime(), expiresAt.getTime()));
    await retireSecrets(tx, id, { endsAt: formerEndsAt, at });
    await insertSecret(tx, { token_hash: hash, key_id: id, hint, created_at: at });
    await renewKey(tx, id, expiresAt);
    await record(tx, actor, 'key.rotated', {
      at,
      subject: subjectOf(row),
      before: { expiresAt: row.expires_at.toISOString() },
      after: { hint, expiresAt: expiresAt.toISOString(), formerSecretEndsAt: formerEndsAt.toISOString() },
    });
  });
  return { key: await readKeyOf({ db, clock }, member.workspaceId, id), secret: token };
}

export async function revokeKey({ db, clock }: KeyServices, { actor, member }: By, id: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await lockLiveKey(tx, member.workspaceId, id);
    const hints = (await findKey(tx, member.workspaceId, id))?.secrets.map(({ hint }) => hint) ?? [];
    const at = clock();
    await revokeKeyRow(tx, id, at);
    await record(tx, actor, 'key.revoked', {
      at,
      subject: subjectOf(row),
      before: { name: row.name, scopes: row.scopes, hints },
    });
  });
}
