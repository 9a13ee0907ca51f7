import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** What is published, or the empty shell around a first draft (`revision` 0). */
const columns = [
  'id',
  'number',
  'name',
  'contents',
  'defaults',
  'tests',
  'contact',
  'explains_rules as explainsRules',
  'revision',
  'updated_at as updatedAt',
  'updated_by as updatedBy',
] as const;

const live = (db: Database, workspaceId: string) =>
  db.selectFrom('policies').select(columns).where('workspace_id', '=', workspaceId).where('deleted_at', 'is', null);

export const listPolicies = (db: Database, workspaceId: string) =>
  live(db, workspaceId).orderBy(sql`lower(name)`).execute();

export const readPolicy = (db: Database, workspaceId: string, id: string) =>
  live(db, workspaceId).where('id', '=', id).executeTakeFirst();

/** Published policies that have tests. */
export const listTestedPolicies = (db: Database, workspaceId: string) =>
  db
    .selectFrom('policies')
    .select(['id', 'name', 'contents', 'tests'])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .where('revision', '>', 0)
    .where(sql<boolean>`tests <> '[]'::jsonb`)
    .execute();

export type PolicyRow = NonNullable<Awaited<ReturnType<typeof readPolicy>>>;

/** Published policies that reach somebody, and the baseline under them. */
export async function listInForce(db: Database, workspaceId: string) {
  const { rows } = await sql<{ id: string; name: string; contents: string; isBaseline: boolean; isAssigned: boolean }>`
    select p.id, p.name, p.contents, (p.id = w.baseline_policy_id) is true as "isBaseline",
      ((p.id = w.fallback_policy_id) is true or exists (select 1 from policy_assignments a where a.policy_id = p.id and a.workspace_id = w.id)) as "isAssigned"
    from workspaces w join policies p on p.workspace_id = w.id and p.deleted_at is null and p.revision > 0
    where w.id = ${workspaceId}`.execute(db);
  return { baseline: rows.find(({ isBaseline }) => isBaseline), policies: rows.filter(({ isAssigned }) => isAssigned) };
}

/** One row a policy for the list, without its documents. */
export const listSummaryRows = (db: Database, workspaceId: string, id?: string) =>
  db
    .selectFrom('policies as p')
    .leftJoin('policy_drafts as d', 'd.policy_id', 'p.id')
    .leftJoin('policy_requests as r', (join) => join.onRef('r.policy_id', '=', 'p.id').on('r.state', '=', 'open'))
    .select([
      'p.id',
      'p.number',
      'p.name',
      'p.revision',
      sql<boolean>`d.policy_id is not null`.as('hasDraft'),
      sql<boolean>`r.id is not null`.as('awaitsApproval'),
      sql<Date>`case when p.revision = 0 then coalesce(d.updated_at, p.updated_at) else p.updated_at end`.as(
        'updatedAt',
      ),
      sql<string | null>`case when p.revision = 0 then coalesce(d.updated_by, p.updated_by) else p.updated_by end`.as(
        'updatedBy',
      ),
    ])
    .where('p.workspace_id', '=', workspaceId)
    .where('p.deleted_at', 'is', null)
    .$if(id !== undefined, (query) => query.where('p.id', '=', id ?? ''))
    .orderBy(sql`lower(p.name)`)
    .execute();

export type SummaryRow = Awaited<ReturnType<typeof listSummaryRows>>[number];

/** Another policy that is called so, published or as a draft. Ask under the lock of the workspace's policies. */
export const isNameTaken = async (
  tx: Database,
  workspaceId: string,
  { name, exceptId }: { name: string; exceptId: string | null },
): Promise<boolean> => {
  const { rows } = await sql`
    select 1 from policies p left join policy_drafts d on d.policy_id = p.id
    where p.workspace_id = ${workspaceId} and p.deleted_at is null and p.id <> coalesce(${exceptId}::text, '')
      and (lower(p.name) = lower(${name}) or lower(d.name) = lower(${name})) limit 1`.execute(tx);
  return rows.length > 0;
};

/** The shell of a policy that nobody gets, and its number. Made under the lock of the workspace's policies. */
export async function insertPolicy(
  tx: Database,
  workspaceId: string,
  { id, name, at, by }: { id: string; name: string; at: Date; by: string },
): Promise<void> {
  const { last } = await tx
    .selectFrom('policies')
    .select((eb) => eb.fn.coalesce(eb.fn.max('number'), sql<number>`0`).as('last'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const stamps = { created_at: at, updated_at: at, updated_by: by };
  await tx
    .insertInto('policies')
    .values({ id, workspace_id: workspaceId, number: last + 1, name, contents: '', revision: 0, ...stamps })
    .execute();
}

export async function renamePolicy(tx: Database, workspaceId: string, id: string, name: string): Promise<void> {
  await tx.updateTable('policies').set({ name }).where('workspace_id', '=', workspaceId).where('id', '=', id).execute();
}

/** It stays for the versions and states that name it, and is nowhere to be seen. */
export async function markDeleted(tx: Database, workspaceId: string, id: string, at: Date): Promise<void> {
  await tx
    .updateTable('policies')
    .set({ deleted_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}
