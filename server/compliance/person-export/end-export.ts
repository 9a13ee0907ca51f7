import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { lockExportsOf, updateExport } from './export-queries.ts';

/** Destroys the key of the file, and with it every copy. */
export async function endExport(
  { blobs }: Pick<Services, 'blobs'>,
  tx: Database,
  { id, blob }: { id: string; blob: string | null },
): Promise<void> {
  await updateExport(tx, id, { state: 'expired', blob: null, token_hash: null, token_expires_at: null });
  if (blob !== null) await blobs.forget(tx, blob);
}

/** What can be fetched of a person ends. One that is being written is written anew, without what was erased. */
export async function endExportsOf(
  services: Pick<Services, 'blobs'>,
  tx: Database,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<void> {
  for (const row of await lockExportsOf(tx, workspaceId, memberId))
    if (row.state !== 'running') await endExport(services, tx, row);
}
