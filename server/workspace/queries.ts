import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { clientsInTheField } from '#server/policies/index.ts';

const columns = [
  'id',
  'name',
  'codex_local_enabled',
  'device_code_enabled',
  'codex_cloud_enabled',
  'agent_internet_allowed',
  'cloud_tasks_per_member',
  'cloud_tasks_per_workspace',
  'local_content_kept',
  'api_keys_allowed',
  'old_clients_allowed',
  'minimum_client_version',
  'minimum_client_from',
  'policy_grace_minutes',
  'access_token_max_days',
  'key_max_days',
  'time_zone',
] as const;

export const findWorkspace = (db: Database, workspaceId: string) =>
  db.selectFrom('workspaces').select(columns).where('id', '=', workspaceId).executeTakeFirst();

export type WorkspaceRow = NonNullable<Awaited<ReturnType<typeof findWorkspace>>>;

/** Two changes at the same time come one after the other, each with the other's result as its `before`. */
export const lockWorkspace = (tx: Database, workspaceId: string) =>
  tx.selectFrom('workspaces').select(columns).where('id', '=', workspaceId).forNoKeyUpdate().executeTakeFirst();

export const findOnlyWorkspace = (db: Database) =>
  db
    .selectFrom('workspaces')
    .select(columns)
    .where('proof_run_id', 'is', null)
    .orderBy('created_at')
    .executeTakeFirst();

export const updateWorkspace = (tx: Database, { id, ...row }: WorkspaceRow, at: Date) =>
  tx
    .updateTable('workspaces')
    .set({ ...row, updated_at: at })
    .where('id', '=', id)
    .execute();

export const insertWorkspace = (tx: Database, { id, name, at }: { id: string; name: string; at: Date }) =>
  tx.insertInto('workspaces').values({ id, name, fallback_policy_id: null, created_at: at, updated_at: at }).execute();

export const countActiveMembers = async (db: Database, workspaceId: string): Promise<number> => {
  const row = await db
    .selectFrom('members')
    .select((by) => by.fn.countAll().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('status', '=', 'active')
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

/** Which versions of which client each active member runs, by the name of the member. */
export async function listSeenVersions(db: Database, workspaceId: string, since: Date) {
  const { rows } = await sql<{ member_id: string; name: string; version: string | null }>`
    select f.member_id, m.name, f.version from ${clientsInTheField(workspaceId, since)} f
    join members m on m.id = f.member_id and m.workspace_id = ${workspaceId} and m.status = 'active'
    order by lower(m.name), m.id`.execute(db);
  return rows;
}
