import { sql } from 'kysely';
import type { KeyTables } from '#server/db/key-tables.ts';
import type { Database } from '#server/db/open-database.ts';

interface SecretRow {
  hint: string;
  created_at: string;
  ends_at: string | null;
}

const columns = [
  'k.id',
  'k.name',
  'k.scopes',
  'k.allowed_ips',
  'k.created_by',
  'k.created_by_name',
  'k.created_at',
  'k.expires_at',
  'k.last_used_at',
  'k.last_used_ip',
  'k.revoked_at',
] as const;

const withSecrets = (db: Database, workspaceId: string) =>
  db
    .selectFrom('workspace_keys as k')
    .leftJoin('members as m', 'm.id', 'k.created_by')
    .select(columns)
    .select(['m.name as creator_name', 'm.status as creator_status'])
    .select(
      sql<SecretRow[]>`(
        select coalesce(json_agg(json_build_object('hint', s.hint, 'created_at', s.created_at, 'ends_at', s.ends_at)
          order by s.created_at desc, s.ends_at desc nulls first), '[]'::json)
        from workspace_key_secrets s where s.key_id = k.id)`.as('secrets'),
    )
    .where('k.workspace_id', '=', workspaceId);

/** Newest first. */
export const listKeys = (db: Database, workspaceId: string) =>
  withSecrets(db, workspaceId).orderBy('k.created_at', 'desc').orderBy('k.id', 'desc').execute();

export type KeyRow = Awaited<ReturnType<typeof listKeys>>[number];

export const findKey = (db: Database, workspaceId: string, id: string) =>
  withSecrets(db, workspaceId).where('k.id', '=', id).executeTakeFirst();

/** Waits for a suspension that is under way. In the transaction that hands out a secret, so that none comes out behind it. */
export const isActiveMember = async (tx: Database, workspaceId: string, memberId: string): Promise<boolean> => {
  const row = await tx
    .selectFrom('members')
    .select('status')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .forShare()
    .executeTakeFirst();
  return row?.status === 'active';
};

/** Changes of one key come one after the other. */
export const lockKey = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('workspace_keys')
    .select(['id', 'name', 'scopes', 'allowed_ips', 'expires_at', 'revoked_at'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

type NewKey = Pick<
  KeyTables['workspace_keys'],
  'id' | 'workspace_id' | 'name' | 'created_by' | 'created_by_name' | 'created_at' | 'expires_at'
> & { scopes: readonly string[]; allowed_ips: readonly string[] };

export const insertKey = (tx: Database, { scopes, allowed_ips, ...row }: NewKey) =>
  tx
    .insertInto('workspace_keys')
    .values({
      ...row,
      scopes: JSON.stringify(scopes),
      allowed_ips: JSON.stringify(allowed_ips),
      last_used_at: null,
      last_used_ip: null,
      revoked_at: null,
      noticed_days: null,
    })
    .execute();

export const insertSecret = (tx: Database, row: Omit<KeyTables['workspace_key_secrets'], 'ends_at'>) =>
  tx
    .insertInto('workspace_key_secrets')
    .values({ ...row, ends_at: null })
    .execute();

/** The present secret ends at `endsAt`; those before it, which were still in their overlap, end now. */
export const retireSecrets = async (tx: Database, keyId: string, { endsAt, at }: { endsAt: Date; at: Date }) => {
  await tx.deleteFrom('workspace_key_secrets').where('key_id', '=', keyId).where('ends_at', 'is not', null).execute();
  if (endsAt > at)
    await tx.updateTable('workspace_key_secrets').set({ ends_at: endsAt }).where('key_id', '=', keyId).execute();
  else await tx.deleteFrom('workspace_key_secrets').where('key_id', '=', keyId).execute();
};

export const renewKey = (tx: Database, id: string, expiresAt: Date) =>
  tx.updateTable('workspace_keys').set({ expires_at: expiresAt, noticed_days: null }).where('id', '=', id).execute();

export const updateKey = (
  tx: Database,
  id: string,
  { name, allowedIps }: { name: string; allowedIps: readonly string[] },
) =>
  tx
    .updateTable('workspace_keys')
    .set({ name, allowed_ips: JSON.stringify(allowedIps) })
    .where('id', '=', id)
    .execute();

/** Its secrets go as well: of a revoked key nothing can be looked up. */
export const revokeKeyRow = async (tx: Database, id: string, at: Date): Promise<void> => {
  await tx.deleteFrom('workspace_key_secrets').where('key_id', '=', id).execute();
  await tx.updateTable('workspace_keys').set({ revoked_at: at }).where('id', '=', id).execute();
};

export const readLongestDays = async (db: Database, workspaceId: string): Promise<number> => {
  const row = await db
    .selectFrom('workspaces')
    .select('key_max_days')
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return row.key_max_days;
};

export const findKeyBySecret = (db: Database, tokenHash: string) =>
  db
    .selectFrom('workspace_key_secrets as s')
    .innerJoin('workspace_keys as k', 'k.id', 's.key_id')
    .select(['k.id', 'k.workspace_id', 'k.name', 'k.scopes', 'k.allowed_ips', 'k.expires_at', 'k.last_used_at'])
    .select(['k.revoked_at', 's.ends_at'])
    .where('s.token_hash', '=', tokenHash)
    .executeTakeFirst();

export const touchKey = (
  db: Database,
  { id, now, before, ip }: { id: string; now: Date; before: Date; ip: string | null },
) =>
  db
    .updateTable('workspace_keys')
    .set({ last_used_at: now, last_used_ip: ip })
    .where('id', '=', id)
    .where((by) => by.or([by('last_used_at', 'is', null), by('last_used_at', '<=', before)]))
    .execute();

/** Secrets that were replaced and have ended; a key keeps its newest. */
export const deleteEndedSecrets = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('workspace_key_secrets')
    .where('ends_at', '<=', now)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
