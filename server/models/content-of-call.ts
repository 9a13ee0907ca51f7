import type { CallContent } from '#contract/models.ts';
import { readContent } from '#server/activity/index.ts';
import type { Services } from '#server/services.ts';
import { listEventsOfCall } from './activity-queries.ts';
import type { CallRow } from './gateway-queries.ts';

type Content = CallContent['content'];

/** What was kept of a call’s texts, and if nothing, why. */
export async function contentOfCall(
  services: Pick<Services, 'db' | 'secrets'>,
  row: CallRow,
  { mayRead }: { mayRead: boolean },
): Promise<CallContent> {
  if (!mayRead) return { content: null, whyNoContent: 'not-permitted' };
  const events = await listEventsOfCall(services.db, row);
  const kept = await readContent(
    services,
    row.workspace_id,
    events.map(({ id }) => id),
  );
  if (kept.size === 0) return { content: null, whyNoContent: 'not-kept' };
  const content: NonNullable<Content> = { prompt: null, answer: null, tools: [] };
  for (const { id, tool } of events) {
    const parts = kept.get(id);
    content.prompt ??= parts?.prompt ?? null;
    content.answer ??= parts?.answer ?? null;
    if (parts?.arguments !== undefined) content.tools.push({ name: tool ?? '', arguments: parts.arguments });
  }
  return { content, whyNoContent: null };
}
