import { z } from 'zod';

/** `POST …/codex/analytics-events/events`. Events are kept as they come; only their kind is read. */
export const ReportedEvents = z.object({
  events: z.array(z.looseObject({ event_type: z.string().max(200).catch('unknown') })),
});
export type ReportedEvent = z.infer<typeof ReportedEvents>['events'][number];
