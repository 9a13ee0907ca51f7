import { newId } from '#server/crypto/ids.ts';
import type { CodexClient } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { insertClientEvents } from '../queries.ts';
import type { ReportedEvent } from './wire.ts';

export const maxEventsPerReport = 200;
const maxEventCharacters = 32 * 1024;

/** jsonb holds no U+0000, and one such character must not cost the whole report. */
const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\u0000', '') : value;

/** An event too large to keep leaves its kind and size behind. */
function storable(event: ReportedEvent): string {
  const text = JSON.stringify(event, withoutNul);
  return text.length <= maxEventCharacters
    ? text
    : JSON.stringify({ event_type: event.event_type, dropped: 'too large', characters: text.length });
}

export async function keepEvents(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { client, userAgent, events }: { client: CodexClient; userAgent: string | null; events: readonly ReportedEvent[] },
): Promise<void> {
  const receivedAt = clock();
  await insertClientEvents(
    db,
    events.slice(0, maxEventsPerReport).map((event) => ({
      id: newId('evt'),
      workspace_id: client.workspaceId,
      member_id: client.memberId,
      received_at: receivedAt,
      user_agent: userAgent,
      event_type: event.event_type.replaceAll('\u0000', ''),
      event: storable(event),
    })),
  );
}
