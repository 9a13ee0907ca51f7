import { z } from 'zod';
import type { Services } from '#server/services.ts';
import { type ContentParts, contentContext } from './keep-content.ts';
import { listContent } from './queries.ts';

const Kept = z.object({
  prompt: z.string().optional(),
  answer: z.string().optional(),
  arguments: z.string().optional(),
  output: z.string().optional(),
});

/**
 * What was kept of these events, opened, by event. For whoever may read content: the caller checks that.
 * @throws SecretUnreadable
 */
export async function readContent(
  { db, secrets }: Pick<Services, 'db' | 'secrets'>,
  workspaceId: string,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, ContentParts>> {
  const rows = eventIds.length === 0 ? [] : await listContent(db, workspaceId, eventIds);
  const opened = rows.map(async ({ event_id: id, sealed }) => {
    const text = await secrets.open(sealed, contentContext(workspaceId, id));
    return [id, Kept.parse(JSON.parse(text))] as const;
  });
  return new Map(await Promise.all(opened));
}
