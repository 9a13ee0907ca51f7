import { z } from 'zod';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { listSealedContent } from './content-queries.ts';

/** The texts of one event by what they are; what was never kept is missing. */
const KeptContent = z.object({
  prompt: z.string().optional(),
  answer: z.string().optional(),
  arguments: z.string().optional(),
  output: z.string().optional(),
});
export type KeptContent = z.infer<typeof KeptContent>;

/** What is kept of what was said in these events, by the id of the event. */
export async function readContent(
  { secrets }: Pick<Services, 'secrets'>,
  db: Database,
  workspaceId: string,
  eventIds: readonly string[],
): Promise<Map<string, KeptContent>> {
  if (eventIds.length === 0) return new Map();
  const rows = await listSealedContent(db, workspaceId, eventIds);
  const opened = await Promise.all(
    rows.map(async ({ event_id, sealed }): Promise<[string, KeptContent]> => {
      const text = await secrets.open(sealed, `activity_content/${workspaceId}/${event_id}`);
      return [event_id, KeptContent.parse(JSON.parse(text))];
    }),
  );
  return new Map(opened);
}
