import type { Database } from '#server/db/open-database.ts';

export interface FailedCall {
  status: number;
  method: string;
  path: string;
  detail: string;
}

/** Notes that the identity provider called; `failed` only when its call was refused. */
export const noteContact = (
  db: Database,
  { workspaceId, at, failed }: { workspaceId: string; at: Date; failed: FailedCall | null },
) => {
  const change = {
    last_request_at: at,
    ...(failed ? { last_error_at: at, last_error: JSON.stringify(failed) } : {}),
  };
  return db
    .insertInto('scim_contacts')
    .values({ workspace_id: workspaceId, last_error_at: null, last_error: null, ...change })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(change))
    .execute();
};

export const findContact = (db: Database, workspaceId: string) =>
  db
    .selectFrom('scim_contacts')
    .select(['last_request_at', 'last_error_at', 'last_error'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();

/** How many members and groups the identity provider manages, and how many of the members it has taken out. */
export const countManaged = async (db: Database, workspaceId: string) => {
  const users = await db
    .selectFrom('members')
    .select(['status', (by) => by.fn.countAll().as('count')])
    .where('workspace_id', '=', workspaceId)
    .where('source', '=', 'scim')
    .groupBy('status')
    .execute();
  const groups = await db
    .selectFrom('groups')
    .select((by) => by.fn.countAll().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('source', '=', 'scim')
    .executeTakeFirstOrThrow();
  const deprovisioned = Number(users.find(({ status }) => status === 'deprovisioned')?.count ?? 0);
  const all = users.reduce((sum, { count }) => sum + Number(count), 0);
  return { users: all - deprovisioned, deprovisionedUsers: deprovisioned, groups: Number(groups.count) };
};
