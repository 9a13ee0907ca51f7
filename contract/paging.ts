import { z } from 'zod';

export const Cursor = z.string().max(500).describe('Opaque position from `nextCursor` of the page before.');

export const pageInput = {
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows per page.'),
};

/** A keyset page: `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
