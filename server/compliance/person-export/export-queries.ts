import { type Insertable, sql, type Updateable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

type Columns = Tables['compliance_exports'];

/** Newest first; one row more than the limit, when there is one. */
export const listExports = (
  db: Database,
  workspaceId: string,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
) =>
  db
    .selectFrom('compliance_exports')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(ordered_at, id) < (cast(${after?.at ?? ''} as timestamptz), ${after?.id ?? ''})`),
    )
    .orderBy('ordered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();

export const findExport = (db: Database, id: string) =>
  db.selectFrom('compliance_exports').selectAll().where('id', '=', id).executeTakeFirst();
export type ExportRow = NonNullable<Awaited<ReturnType<typeof findExport>>>;

export const lockExport = (tx: Database, id: string) =>
  tx.selectFrom('compliance_exports').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

/** What is written or can be fetched of a person; whoever registers one waits. */
export const lockExportsOf = (tx: Database, workspaceId: string, memberId: string) =>
  tx
    .selectFrom('compliance_exports')
    .select(['id', 'state', 'blob'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('state', 'in', ['running', 'ready', 'fetched'])
    .orderBy('id')
    .forUpdate()
    .execute();

export const insertExport = (tx: Database, row: Insertable<Columns>) =>
  tx.insertInto('compliance_exports').values(row).execute();

export const updateExport = (tx: Database, id: string, changed: Updateable<Columns>) =>
  tx.updateTable('compliance_exports').set(changed).where('id', '=', id).execute();

export const listRunningExports = async (db: Database): Promise<string[]> => {
  const rows = await db
    .selectFrom('compliance_exports')
    .select('id')
    .where('state', '=', 'running')
    .orderBy('ordered_at')
    .execute();
  return rows.map(({ id }) => id);
};

/** Takes the link out of use. Undefined: it was used, has ended, or never was one. */
export const useLink = (tx: Database, tokenHash: string, now: Date) =>
  tx
    .updateTable('compliance_exports')
    .set({ token_hash: null, token_expires_at: null, state: 'fetched', fetched_at: now })
    .where('token_hash', '=', tokenHash)
    .where('token_expires_at', '>', now)
    .where('expires_at', '>', now)
    .where('state', 'in', ['ready', 'fetched'])
    .returningAll()
    .executeTakeFirst();

export const listExpiredExports = (db: Database, now: Date) =>
  db
    .selectFrom('compliance_exports')
    .select(['id', 'blob'])
    .where('expires_at', '<=', now)
    .where('state', 'in', ['ready', 'fetched'])
    .execute();
