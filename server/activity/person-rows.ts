import { inPages, type PersonRows } from '#server/db/person-rows.ts';
import type { Services } from '#server/services.ts';
import { listEventsOf } from './keeping-queries.ts';

/** What a person did, with its content where that is kept. */
export const activityOfPerson = ({ secrets }: Pick<Services, 'secrets'>): PersonRows => ({
  kind: 'activity',
  async *read(db, person) {
    const events = inPages<Awaited<ReturnType<typeof listEventsOf>>[number]>((after, limit) =>
      listEventsOf(db, person, after, limit),
    );
    for await (const { sealed, place: _place, seq: _seq, workspace_id, ...event } of events) {
      if (sealed === null) yield event;
      else {
        const content: unknown = JSON.parse(await secrets.open(sealed, `activity_content/${workspace_id}/${event.id}`));
        yield { ...event, content };
      }
    }
  },
});
