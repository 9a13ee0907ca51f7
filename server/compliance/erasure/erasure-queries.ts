import { type Insertable, sql, type Updateable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

const withReplaced = (db: Database) =>
  db
    .selectFrom('compliance_erasures as e')
    .selectAll('e')
    .select(
      sql<number>`(select count(*) from compliance_replaced_files f where f.erasure_id = e.id)`.as('files_replaced'),
    );

export const findErasure = (db: Database, id: string) => withReplaced(db).where('e.id', '=', id).executeTakeFirst();
export type ErasureRow = NonNullable<Awaited<ReturnType<typeof findErasure>>>;

/** Newest first; one row more than the limit, when there is one. */
export const listErasures = (
  db: Database,
  workspaceId: string,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
) =>
  withReplaced(db)
    .where('e.workspace_id', '=', workspaceId)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(e.ordered_at, e.id) < (cast(${after?.at ?? ''} as timestamptz), ${after?.id ?? ''})`),
    )
    .orderBy('e.ordered_at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(limit + 1)
    .execute();

type Columns = Tables['compliance_erasures'];

export const insertErasure = (tx: Database, row: Insertable<Columns>) =>
  tx.insertInto('compliance_erasures').values(row).execute();

export const updateErasure = (tx: Database, id: string, changed: Updateable<Columns>) =>
  tx.updateTable('compliance_erasures').set(changed).where('id', '=', id).execute();

/** The journal's row, for one step at a time. */
export const lockErasure = (tx: Database, id: string) =>
  tx.selectFrom('compliance_erasures').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
export type JournalRow = NonNullable<Awaited<ReturnType<typeof lockErasure>>>;

export const listUnfinished = async (db: Database): Promise<string[]> => {
  const rows = await db
    .selectFrom('compliance_erasures')
    .select('id')
    .where('state', '<>', 'done')
    .orderBy('ordered_at')
    .execute();
  return rows.map(({ id }) => id);
};

export const findUnfinishedOf = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('compliance_erasures')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('state', '<>', 'done')
    .executeTakeFirst();

/** Whether an erasure of the person ended after that time. */
export const wasErasedAfter = async (
  tx: Database,
  { workspaceId, memberId, after }: { workspaceId: string; memberId: string; after: Date },
): Promise<boolean> => {
  const row = await tx
    .selectFrom('compliance_erasures')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('finished_at', '>', after)
    .executeTakeFirst();
  return row !== undefined;
};

export const insertReplaced = (tx: Database, row: Insertable<Tables['compliance_replaced_files']>) =>
  tx.insertInto('compliance_replaced_files').values(row).execute();

/** In the order of their ids; one row more than the limit, when there is one. */
export const listReplaced = (
  db: Database,
  { workspaceId, erasureId }: { workspaceId: string; erasureId: string },
  { after, limit }: { after: string; limit: number },
) =>
  db
    .selectFrom('compliance_replaced_files')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('erasure_id', '=', erasureId)
    .where('old_id', '>', after)
    .orderBy('old_id')
    .limit(limit + 1)
    .execute();

/** The file that took the place of another; undefined: none did. */
export const findReplacement = (db: Database, workspaceId: string, oldId: string) =>
  db
    .selectFrom('compliance_replaced_files')
    .select(['new_id', 'replaced_at'])
    .where('workspace_id', '=', workspaceId)
    .where('old_id', '=', oldId)
    .executeTakeFirst();
