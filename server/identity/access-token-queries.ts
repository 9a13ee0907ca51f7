import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { heldRoles } from '#server/roles/index.ts';

const withOwner = (db: Database, workspaceId: string) =>
  db
    .selectFrom('access_tokens as t')
    .innerJoin('members as m', 'm.id', 't.member_id')
    .select([
      't.id',
      't.kind',
      't.name',
      't.hint',
      't.member_id',
      'm.name as member_name',
      'm.email as member_email',
      't.created_at',
      't.expires_at',
      't.last_used_at',
      't.revoked_at',
    ])
    .where('t.workspace_id', '=', workspaceId);

export type AccessTokenRow = Awaited<ReturnType<typeof listAccessTokens>>[number];

/** Newest first. `memberId` null: of everyone. */
export const listAccessTokens = (db: Database, workspaceId: string, memberId: string | null) =>
  withOwner(db, workspaceId)
    .$if(memberId !== null, (query) => query.where('t.member_id', '=', memberId ?? ''))
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id', 'desc')
    .execute();

export const findAccessToken = (db: Database, workspaceId: string, id: string) =>
  withOwner(db, workspaceId).where('t.id', '=', id).executeTakeFirst();

export const insertAccessToken = (tx: Database, row: Omit<Tables['access_tokens'], 'last_used_at' | 'revoked_at'>) =>
  tx
    .insertInto('access_tokens')
    .values({ ...row, last_used_at: null, revoked_at: null })
    .execute();

/** False when it was revoked before. */
export const revokeToken = async (tx: Database, id: string, at: Date): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('access_tokens')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const revokeTokensOfMember = async (tx: Database, memberId: string, at: Date): Promise<number> => {
  const { numUpdatedRows } = await tx
    .updateTable('access_tokens')
    .set({ revoked_at: at })
    .where('member_id', '=', memberId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
};

export const findTokenByHash = (db: Database, tokenHash: string) =>
  db
    .selectFrom('access_tokens as t')
    .innerJoin('members as m', 'm.id', 't.member_id')
    .select([
      't.id',
      't.kind',
      't.workspace_id',
      't.member_id',
      't.expires_at',
      't.last_used_at',
      't.revoked_at',
      'm.email',
      'm.name',
      'm.status',
    ])
    .select(heldRoles('m.id', 'm.workspace_id').as('held'))
    .where('t.token_hash', '=', tokenHash)
    .executeTakeFirst();

export const touchToken = (db: Database, { id, now, before }: { id: string; now: Date; before: Date }) =>
  db
    .updateTable('access_tokens')
    .set({ last_used_at: now })
    .where('id', '=', id)
    .where((by) => by.or([by('last_used_at', 'is', null), by('last_used_at', '<=', before)]))
    .execute();

export const readApiKeysAllowed = async (tx: Database, workspaceId: string): Promise<boolean> => {
  const row = await tx
    .selectFrom('workspaces')
    .select('api_keys_allowed')
    .where('id', '=', workspaceId)
    .forShare()
    .executeTakeFirstOrThrow();
  return row.api_keys_allowed;
};
