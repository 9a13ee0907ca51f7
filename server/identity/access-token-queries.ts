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
      't.scopes',
      't.member_id',
      'm.name as member_name',
      'm.email as member_email',
      't.created_at',
      't.expires_at',
      't.last_used_at',
      't.revoked_at',
    ])
    .where('t.workspace_id', '=', workspaceId)
    // Those of hosted tasks are nobody's to look after.
    .where('t.attempt_id', 'is', null);

export type AccessTokenRow = Awaited<ReturnType<typeof listAccessTokens>>[number];

interface TokenPage {
  /** Null: of everyone. */
  memberId: string | null;
  search: string | undefined;
  after: { at: Date; id: string } | null;
  limit: number;
}

/** Newest first. */
export const listAccessTokens = (
  db: Database,
  workspaceId: string,
  { memberId, search = '', after, limit }: TokenPage,
) => {
  const part = `%${search.trim().replaceAll(/[\\%_]/g, '\\$&')}%`;
  return withOwner(db, workspaceId)
    .$if(memberId !== null, (query) => query.where('t.member_id', '=', memberId ?? ''))
    .$if(search.trim() !== '', (query) =>
      query.where((by) =>
        by.or([by('t.name', 'ilike', part), by('m.name', 'ilike', part), by('m.email', 'ilike', part)]),
      ),
    )
    .$if(after !== null, (query) =>
      query.where((by) =>
        by(by.refTuple('t.created_at', 't.id'), '<', by.tuple(after?.at ?? new Date(0), after?.id ?? '')),
      ),
    )
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id', 'desc')
    .limit(limit)
    .execute();
};

export const findAccessToken = (db: Database, workspaceId: string, id: string) =>
  withOwner(db, workspaceId).where('t.id', '=', id).executeTakeFirst();

type NewAccessToken = Omit<
  Tables['access_tokens'],
  'last_used_at' | 'revoked_at' | 'noticed_days' | 'scopes' | 'attempt_id' | 'attempt_epoch'
> & {
  scopes: readonly string[];
};

export const insertAccessToken = (tx: Database, row: NewAccessToken) =>
  tx
    .insertInto('access_tokens')
    .values({ ...row, scopes: JSON.stringify(row.scopes), last_used_at: null, revoked_at: null, noticed_days: null })
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
    .where('attempt_id', 'is', null)
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
      't.scopes',
      't.workspace_id',
      't.member_id',
      't.expires_at',
      't.last_used_at',
      't.revoked_at',
      't.attempt_id',
      't.attempt_epoch',
      'm.email',
      'm.name',
      'm.status',
    ])
    .select(heldRoles('m.id', 'm.workspace_id').as('held'))
    .where('t.token_hash', '=', tokenHash)
    .executeTakeFirst();

export type StoredToken = NonNullable<Awaited<ReturnType<typeof findTokenByHash>>>;

export const touchToken = (db: Database, { id, now, before }: { id: string; now: Date; before: Date }) =>
  db
    .updateTable('access_tokens')
    .set({ last_used_at: now })
    .where('id', '=', id)
    .where((by) => by.or([by('last_used_at', 'is', null), by('last_used_at', '<=', before)]))
    .execute();

/** What the workspace allows of new tokens. In a transaction it stays so until the commit. */
export const readTokenRules = async (db: Database, workspaceId: string) => {
  const row = await db
    .selectFrom('workspaces')
    .select(['api_keys_allowed', 'access_token_max_days'])
    .where('id', '=', workspaceId)
    .forShare()
    .executeTakeFirstOrThrow();
  return { apiKeysAllowed: row.api_keys_allowed, maxDays: row.access_token_max_days };
};
