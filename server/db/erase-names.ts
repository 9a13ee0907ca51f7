import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/** A column with the name of whoever did something, as text; its table has a `workspace_id`. */
export interface NameColumn {
  table: string;
  column: string;
  /** Where there is one: the column with their member id. Who has the same name and another id keeps theirs. */
  id?: string;
}

export interface NamesToErase {
  workspaceId: string;
  memberId: string;
  /** Name and e-mail address. */
  values: readonly string[];
  /** Whether a text names the person, and not only holds the same letters. */
  isNamed: (text: string) => boolean;
  /** What is said in their place. */
  replacement: string;
}

/** Replaces texts that name a person. @returns how many rows were changed */
export async function eraseNames(
  tx: Database,
  columns: readonly NameColumn[],
  { workspaceId, memberId, values, isNamed, replacement }: NamesToErase,
): Promise<number> {
  let changed = 0;
  for (const { table, column, id } of columns) {
    const [from, text] = [sql.table(table), sql.ref(column)];
    const isTheirs = id === undefined ? sql<boolean>`false` : sql<boolean>`${sql.ref(id)} = ${memberId}`;
    const isNobodyElses = id === undefined ? sql<boolean>`true` : sql<boolean>`${sql.ref(id)} is null`;
    const held = values.map((value) => sql<boolean>`strpos(lower(${text}), ${value.toLowerCase()}) > 0`);
    const found =
      held.length === 0
        ? []
        : (
            await sql<{ text: string }>`select distinct ${text} as text from ${from}
              where workspace_id = ${workspaceId} and ${isNobodyElses} and (${sql.join(held, sql` or `)})`.execute(tx)
          ).rows.map((row) => row.text);
    const named = found.filter(isNamed);
    const isNamedSo = named.length === 0 ? sql<boolean>`false` : sql<boolean>`${text} in (${sql.join(named)})`;
    const { numAffectedRows } = await sql`update ${from} set ${text} = ${replacement}
      where workspace_id = ${workspaceId} and ${text} <> ${replacement}
        and (${isTheirs} or (${isNobodyElses} and ${isNamedSo}))`.execute(tx);
    changed += Number(numAffectedRows ?? 0);
  }
  return changed;
}
