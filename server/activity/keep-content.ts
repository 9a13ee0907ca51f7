import type { Insertable } from 'kysely';
import type { ActivityEvent } from '#contract/activity-events.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import type { Services } from '#server/services.ts';
import { type ContentSurfaces, contentIsKept } from './content-queries.ts';
import { activityId } from './event-row.ts';
import { saveContent } from './queries.ts';

/** The texts of one event by what they are: `prompt`, `answer`, `arguments`, `output`. */
export type ContentParts = Readonly<Partial<Record<'prompt' | 'answer' | 'arguments' | 'output', string | undefined>>>;

export interface EventContent {
  event: ActivityEvent;
  content: ContentParts;
}

const maxPartCharacters = 200_000;

export const contentContext = (workspaceId: string, eventId: string): string =>
  `activity_content/${workspaceId}/${eventId}`;

/** NUL is no text to whoever reads it later. */
const bounded = (content: ContentParts) =>
  Object.fromEntries(
    Object.entries(content).map(([name, text]) => [name, text?.replaceAll('\u0000', '').slice(0, maxPartCharacters)]),
  );

const sealAll = (
  { secrets }: Pick<Services, 'secrets'>,
  contents: readonly EventContent[],
  at: Date,
): Promise<Insertable<Tables['activity_content']>[]> =>
  Promise.all(
    contents.map(async ({ event, content }) => {
      const { workspaceId, memberId } = event;
      const id = activityId(event);
      const sealed = await secrets.seal(JSON.stringify(bounded(content)), contentContext(workspaceId, id));
      return { workspace_id: workspaceId, event_id: id, member_id: memberId, sealed, kept_at: at };
    }),
  );

const isThere = ({ content }: EventContent): boolean => Object.values(content).some((text) => text !== undefined);

/**
 * Keeps what was said, sealed, beside events that stand in the same transaction, if the workspace keeps content of such surfaces;
 * else does nothing. The one way for content into the database: whoever has some asks here and throws it away after. What comes
 * through the gateway or a client’s telemetry is `local`, whatever surface the client names itself: that word is its own. The copy of a hosted
 * task’s words in the activity is, too; what its page shows is kept apart.
 */
export async function keepContent(
  services: Pick<Services, 'secrets'>,
  tx: Database,
  contents: readonly EventContent[],
  { surfaces, at }: { surfaces: ContentSurfaces; at: Date },
): Promise<void> {
  const said = contents.filter(isThere);
  const kept = await contentIsKept(tx, [...new Set(said.map(({ event }) => event.workspaceId))], surfaces);
  const wanted = said.filter(({ event }) => kept.has(event.workspaceId));
  await saveContent(tx, await sealAll(services, wanted, at));
}

/** Seals what was kept in clear by a former version, because the workspace said so then: it is not asked again. */
export async function keepFormerContent(
  services: Pick<Services, 'secrets'>,
  tx: Database,
  contents: readonly EventContent[],
  at: Date,
): Promise<void> {
  await saveContent(tx, await sealAll(services, contents.filter(isThere), at));
}
