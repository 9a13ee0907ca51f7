import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface PolicyRow {
  id: string;
  name: string;
  contents: string;
  revision: number;
  updated_at: Date;
  updated_by: string | null;
}

const columns = ['id', 'name', 'contents', 'revision', 'updated_at', 'updated_by'] as const;

export const listPolicies = (db: Database, workspaceId: string): Promise<PolicyRow[]> =>
  db.selectFrom('policies').select(columns).where('workspace_id', '=', workspaceId).orderBy(sql`lower(name)`).execute();

export const readPolicy = (db: Database, workspaceId: string, id: string): Promise<PolicyRow | undefined> =>
  db
    .selectFrom('policies')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

/** The same row, locked until the transaction ends, so that two editors cannot both pass the revision check. */
export const lockPolicy = (tx: Database, workspaceId: string, id: string): Promise<PolicyRow | undefined> =>
  tx
    .selectFrom('policies')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

export const isNameTaken = async (
  db: Database,
  workspaceId: string,
  name: string,
  exceptId: string | null,
): Promise<boolean> => {
  const found = await db
    .selectFrom('policies')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<string>`lower(name)`, '=', name.toLowerCase())
    .executeTakeFirst();
  return found !== undefined && found.id !== exceptId;
};

interface Authored {
  workspaceId: string;
  at: Date;
  by: string;
}

export async function insertPolicy(
  tx: Database,
  { id, name, contents }: Pick<PolicyRow, 'id' | 'name' | 'contents'>,
  { workspaceId, at, by }: Authored,
): Promise<void> {
  const stamps = { created_at: at, updated_at: at, updated_by: by };
  await tx
    .insertInto('policies')
    .values({ id, workspace_id: workspaceId, name, contents, revision: 1, ...stamps })
    .execute();
  await insertRevision(tx, { id, name, contents, revision: 1 }, { workspaceId, at, by });
}

export async function updatePolicy(
  tx: Database,
  { id, name, contents, revision }: Pick<PolicyRow, 'id' | 'name' | 'contents' | 'revision'>,
  authored: Authored,
): Promise<void> {
  const { workspaceId, at, by } = authored;
  await tx
    .updateTable('policies')
    .set({ name, contents, revision, updated_at: at, updated_by: by })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
  await insertRevision(tx, { id, name, contents, revision }, authored);
}

async function insertRevision(
  tx: Database,
  { id, name, contents, revision }: Pick<PolicyRow, 'id' | 'name' | 'contents' | 'revision'>,
  { workspaceId, at, by }: Authored,
): Promise<void> {
  await tx
    .insertInto('policy_revisions')
    .values({ workspace_id: workspaceId, policy_id: id, revision, name, contents, created_at: at, created_by: by })
    .execute();
}

export const deletePolicy = async (tx: Database, workspaceId: string, id: string): Promise<void> => {
  await tx.deleteFrom('policies').where('workspace_id', '=', workspaceId).where('id', '=', id).execute();
};
