export interface PagePart<Item> {
  items: Item[];
  /** 1-based; a page beyond the last one shows the last one. */
  page: number;
  pages: number;
  /** 1-based places in the whole list; both 0 when it is empty. */
  from: number;
  to: number;
  total: number;
}

/** One page of a list that is here whole. */
export function pagePart<Item>(all: readonly Item[], { page, size }: { page: number; size: number }): PagePart<Item> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const shown = Math.min(Math.max(1, page), pages);
  const start = (shown - 1) * size;
  const items = all.slice(start, start + size);
  return {
    items,
    page: shown,
    pages,
    from: items.length === 0 ? 0 : start + 1,
    to: start + items.length,
    total: all.length,
  };
}
