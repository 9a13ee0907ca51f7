import type { ActivityEvent } from '#contract/activity-events.ts';
import { activityId, countUnknown, type EventContent, keepContent, recordActivity } from '#server/activity/index.ts';
import type { Services } from '#server/services.ts';
import type { Delivery } from './ingest-queue.ts';
import { countSent, type Sent } from './sender-queries.ts';

/** One request, read. */
export interface ReadRequest extends Delivery {
  /** Null: it came another way, and is not counted as sent. */
  sent: Sent | null;
  events: readonly ActivityEvent[];
  contents: readonly EventContent[];
  unknown: readonly { event: ActivityEvent; name: string }[];
}

/**
 * Writes several requests in one transaction, in as few statements as one of them needs.
 * @returns how many of the events told nothing new
 */
export async function writeBatch(
  { db, secrets, clock }: Pick<Services, 'db' | 'secrets' | 'clock'>,
  requests: readonly ReadRequest[],
): Promise<{ known: number }> {
  const at = clock();
  const events = requests.flatMap((request) => request.events);
  const written = await db.transaction().execute(async (tx) => {
    const ids = new Set(await recordActivity(tx, events, at));
    const unknown = requests
      .flatMap((request) => request.unknown)
      .filter(({ event }) => ids.has(activityId(event)))
      .map(({ event: { workspaceId, source, clientVersion }, name }) => ({ workspaceId, source, clientVersion, name }));
    await countUnknown(tx, unknown, at);
    await keepContent(
      { secrets },
      tx,
      requests.flatMap(({ contents }) => contents),
      { surfaces: 'local', at },
    );
    await countSent(
      tx,
      requests.map(({ sent }) => sent).filter((sent) => sent !== null),
      at,
    );
    return ids.size;
  });
  return { known: events.length - written };
}
