import { z } from 'zod';

/** A moment to look from or to. Dates of PostgreSQL know no year 0, and nothing here is older than 1970. */
export const Moment = z.iso.datetime().refine((at) => at >= '1970', 'Is before 1970.');

export const Cursor = z.string().max(500).describe('Opaque position from `nextCursor` of the page before.');

export const pageInput = {
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows per page.'),
};

/** A keyset page: `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
