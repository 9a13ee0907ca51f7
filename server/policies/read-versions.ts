import { z } from 'zod';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { requirePolicy } from './edit-draft.ts';
import { documentOf } from './policy-document.ts';
import { listVersions, readVersion as readVersionRow, type VersionRow } from './revision-queries.ts';

const versionOf = ({ publishedAt, ...row }: VersionRow) => ({ ...row, publishedAt: publishedAt.toISOString() });

export async function readVersions(
  db: Database,
  workspaceId: string,
  { id, cursor, limit }: { id: string; cursor?: string | undefined; limit: number },
) {
  await requirePolicy(db, workspaceId, id);
  const place = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.coerce.number().int()]));
  const rows = await listVersions(db, workspaceId, { policyId: id, before: place?.[0] ?? null, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ revision }) => [String(revision)]);
  return { items: page.map(versionOf), nextCursor };
}

export async function readVersion(
  db: Database,
  workspaceId: string,
  { id, revision }: { id: string; revision: number },
) {
  await requirePolicy(db, workspaceId, id);
  const row = await readVersionRow(db, workspaceId, { policyId: id, revision });
  if (!row) throw new ReeveError('not-found', { policyId: id, revision });
  return { ...versionOf(row), document: documentOf(row) };
}
