import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface NamedGroup {
  id: string;
  name: string;
}

/** Groups by the names they are asked for, in whatever case; those that do not exist are left out. */
export async function findGroupsByName(
  db: Database,
  workspaceId: string,
  names: Iterable<string>,
): Promise<Map<string, NamedGroup>> {
  const asked = JSON.stringify([...new Set(names)]);
  const { rows } = await sql<NamedGroup & { asked: string }>`
    select g.id, g.name, asked.value as asked from jsonb_array_elements_text(${asked}::jsonb) as asked (value)
    join groups g on lower(g.name) = lower(asked.value) where g.workspace_id = ${workspaceId}`.execute(db);
  return new Map(rows.map((row) => [row.asked, { id: row.id, name: row.name }]));
}
