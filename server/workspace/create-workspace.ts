import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { findOnlyWorkspace, insertWorkspace } from './queries.ts';

/** The workspace of this installation; null until the first owner exists. */
export async function readOnlyWorkspace(db: Database): Promise<{ id: string; name: string } | null> {
  const row = await findOnlyWorkspace(db);
  return row ? { id: row.id, name: row.name } : null;
}

/** Returns its id. */
export async function createWorkspace(tx: Database, { name, at }: { name: string; at: Date }): Promise<string> {
  const id = newId('ws');
  await insertWorkspace(tx, { id, name, at });
  return id;
}
