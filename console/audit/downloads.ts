import type { z } from 'zod';
import type { AuditSearch } from '#console/page-search.ts';

const api = '/api/v1/audit';

/** The server writes these row by row, so the browser saves them itself. */
export const exportAddress = `${api}/export`;
export const publicKeyAddress = `${api}/public-keys`;

/** What is shown, as CSV. */
export function csvAddress({ cursor: _cursor, entry: _entry, event, ...filters }: z.infer<typeof AuditSearch>): string {
  const query = new URLSearchParams(
    Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  for (const name of [event ?? []].flat()) query.append('event[]', name);
  return query.size === 0 ? `${api}/csv` : `${api}/csv?${query}`;
}
