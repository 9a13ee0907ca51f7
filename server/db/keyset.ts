import type { z } from 'zod';
import { ReeveError } from '#server/fail.ts';

/** The last row of a page as an opaque text: what the page was sorted by, and the id that breaks ties. */
export const encodeCursor = (position: readonly string[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** Throws `bad-input` for anything that `encodeCursor` did not make for this kind of page. */
export function decodeCursor<Position>(cursor: string, schema: z.ZodType<Position>): Position {
  try {
    const text = Buffer.from(cursor, 'base64url').toString();
    // No id has one, and PostgreSQL takes none.
    if (text.includes('\\u0000')) throw new Error('NUL in a cursor');
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const issues = [{ path: ['cursor'], message: 'This is not a cursor of this list. Start again without one.' }];
    throw new ReeveError('bad-input', { issues }, { cause });
  }
}

/** Queries ask for one row more than the page holds: whether it came tells if there is a next page. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => readonly string[],
): { page: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}
