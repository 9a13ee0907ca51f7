import { type OrderByItemBuilder, type RawBuilder, sql } from 'kysely';

/** A page of a list, as RFC 7644 §3.4.2 counts it: by offset. `where` null: everything; `orderBy` null: by id. */
export interface Page {
  where: RawBuilder<boolean> | null;
  orderBy: RawBuilder<unknown> | null;
  isDescending: boolean;
  offset: number;
  limit: number;
}

export const everything = sql<boolean>`true`;

/** RFC 7644 §3.4.2.3: what has no value comes last when ascending, and first when descending. */
export const inOrder =
  (isDescending: boolean) =>
  (by: OrderByItemBuilder): OrderByItemBuilder =>
    isDescending ? by.desc().nullsFirst() : by.asc().nullsLast();
