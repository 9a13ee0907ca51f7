import { z } from 'zod';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { listReleases } from './release-queries.ts';

const Place = z.tuple([z.string().regex(/^\d{1,9}$/)]);

/** Every state of everything, the newest first. */
export async function readReleases(
  db: Database,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const before = cursor === undefined ? null : Number(decodeCursor(cursor, Place)[0]);
  const rows = await listReleases(db, workspaceId, { before, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ number }) => [String(number)]);
  return { items: page.map((row) => ({ ...row, at: row.at.toISOString() })), nextCursor };
}
