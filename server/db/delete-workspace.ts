import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/** Tables that name a workspace otherwise than in `workspace_id`: the chain of its audit log. */
const byChain = ['audit_chain', 'audit_checkpoints', 'audit_tree', 'audit_copies', 'audit_verifications'] as const;

async function tablesOfWorkspaces(tx: Database): Promise<string[]> {
  const { rows } = await sql<{ table_name: string }>`
    select c.table_name from information_schema.columns c
    join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.column_name = 'workspace_id'
    order by c.table_name`.execute(tx);
  return rows.map(({ table_name }) => table_name);
}

/** State of sign-ins has no workspace; it names the grant, or the account in its payload. */
async function deleteArtifacts(tx: Database, workspaceId: string): Promise<void> {
  await sql`delete from oauth_artifacts where
    grant_id in (select oauth_grant_id from client_grants where workspace_id = ${workspaceId})
    or payload ->> 'accountId' in (select id from members where workspace_id = ${workspaceId})`.execute(tx);
}

/**
 * Deletes the workspace of a proof with everything that ever happened in it, its audit log too: whole, and in one transaction. Any other
 * workspace is left alone, since an audit log is for good.
 * @returns whether there was one to delete
 */
export async function deleteProofWorkspace(db: Database, workspaceId: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const found = await sql`
      select 1 from workspaces where id = ${workspaceId} and proof_run_id is not null for update`.execute(tx);
    if (found.rows.length === 0) return false;
    await deleteArtifacts(tx, workspaceId);
    await sql`delete from workspaces where id = ${workspaceId}`.execute(tx);
    await deleteRowsOfGone(tx, workspaceId);
    return true;
  });
}

async function deleteRowsOfGone(tx: Database, workspaceId: string): Promise<void> {
  // Most went with the workspace; what has no foreign key, because it is to outlive anything else, goes here.
  for (const table of await tablesOfWorkspaces(tx))
    await sql`delete from ${sql.table(table)} where workspace_id = ${workspaceId}`.execute(tx);
  for (const table of byChain) await sql`delete from ${sql.table(table)} where chain = ${workspaceId}`.execute(tx);
}

/**
 * Once more for one that is gone: what was under way when it was deleted may have been written behind it, where no foreign key refuses it.
 * Does nothing for a workspace that is there.
 */
export async function deleteLateRows(db: Database, workspaceId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql`select 1 from workspaces where id = ${workspaceId}`.execute(tx);
    if (rows.length === 0) await deleteRowsOfGone(tx, workspaceId);
  });
}
