import type { Database } from './open-database.ts';

export interface Person {
  workspaceId: string;
  memberId: string;
}

export type PersonRow = Readonly<Record<string, unknown>>;

/** One kind of what is kept about a person, for whoever asks for it. Holds no secret of any kind. */
export interface PersonRows {
  /** The name of its file, such as `sessions`. */
  kind: string;
  read(db: Database, person: Person): AsyncIterable<PersonRow>;
}

const rowsAtOnce = 500;

/** Rows in pages, each beginning behind the last row of the one before, so that no statement holds the database for long. */
export async function* inPages<Row extends PersonRow>(
  page: (after: Row | null, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row> {
  for (let last: Row | null = null; ; ) {
    const rows: Row[] = await page(last, rowsAtOnce);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (rows.length < rowsAtOnce) return;
  }
}
