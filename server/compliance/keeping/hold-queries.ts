import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

/** Those in force first, the newest first. */
export const listHolds = (db: Database, workspaceId: string, memberId: string | undefined) =>
  db
    .selectFrom('compliance_holds')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .$if(memberId !== undefined, (query) => query.where('member_id', '=', memberId ?? ''))
    .orderBy('lifted_at', (order) => order.desc().nullsFirst())
    .orderBy('placed_at', 'desc')
    .orderBy('id', 'desc')
    .execute();

export type HoldRow = Awaited<ReturnType<typeof listHolds>>[number];

export const insertHold = (
  tx: Database,
  row: Omit<Insertable<Tables['compliance_holds']>, 'lifted_by' | 'lifted_at' | 'lifted_because'>,
) =>
  tx
    .insertInto('compliance_holds')
    .values({ ...row, lifted_by: null, lifted_at: null, lifted_because: null })
    .execute();

export const lockHold = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('compliance_holds')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

export const markLifted = (tx: Database, id: string, { by, at, because }: { by: string; at: Date; because: string }) =>
  tx
    .updateTable('compliance_holds')
    .set({ lifted_by: by, lifted_at: at, lifted_because: because })
    .where('id', '=', id)
    .execute();

/** Everybody on whom there is a hold. */
export const listHeldPeople = async (db: Database, workspaceId: string): Promise<Set<string>> => {
  const rows = await db
    .selectFrom('compliance_holds')
    .select('member_id')
    .distinct()
    .where('workspace_id', '=', workspaceId)
    .where('lifted_at', 'is', null)
    .execute();
  return new Set(rows.map(({ member_id }) => member_id));
};
