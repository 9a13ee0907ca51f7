import type { WrittenBlob } from '#server/blobs/open-blobs.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';

/** As git writes them; anything else would fail only in the container. */
function refuseOtherText(diff: string): void {
  if (/^diff --git /m.test(diff)) return;
  const message = 'Is no git diff: none of its lines begins with "diff --git".';
  throw new ReeveError('bad-input', { issues: [{ path: ['startingDiff'], message }] });
}

/**
 * Written before the transaction that keeps it; without one it is swept. Null where there is nothing to begin with.
 * @throws ReeveError bad-input
 */
export async function writeStartingDiff(
  { blobs }: Pick<Services, 'blobs'>,
  { workspaceId, taskId }: { workspaceId: string; taskId: string },
  diff: string | undefined,
): Promise<WrittenBlob | null> {
  if (diff === undefined || diff.trim() === '') return null;
  refuseOtherText(diff);
  const text = diff.endsWith('\n') ? diff : `${diff}\n`;
  const name = `cloud/${workspaceId.toLowerCase()}/${taskId}/starting-diff`;
  return blobs.put(name, [Buffer.from(text)]);
}
