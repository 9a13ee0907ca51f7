// What happened, whoever reported it. Rule people get wrong: an event holds no content, and its `sameAs` must be the same in every
// report of it, or it counts twice.
export { waitForWriters } from './activity-lock.ts';
export { activityId } from './event-row.ts';
export { type ContentParts, type EventContent, keepContent, keepFormerContent } from './keep-content.ts';
export {
  countContentOf,
  countOldContent,
  countOldEvents,
  eraseContentOf,
  purgeContent,
  purgeEvents,
} from './keeping-queries.ts';
export { activityOfPerson } from './person-rows.ts';
export { readContent } from './read-content.ts';
export { recordActivity } from './record-activity.ts';
export { activityEventsRoutes } from './routes.ts';
export { sameAs } from './same-as.ts';
export { setCosts } from './set-costs.ts';
export { surfaceOf, surfaceOfEvent } from './surface-of.ts';
export { countUnknown, listUnknown, type UnknownCount } from './unknown-queries.ts';
