// What was used, counted from activity events. Rule people get wrong: figures are replaced by what the events say now, never added to, so
// a report may come late, twice or in parts; whoever changes or deletes events notes the hours in `activity_due`.
export { countUsage } from './count-usage.ts';
export { freeNotes } from './due-queries.ts';
export { usageOfPerson } from './person-rows.ts';
export { analyticsApiDialect } from './public-api/dialect.ts';
export { askRecounts, keepFigures, type RecountProgress, readRecountProgress } from './recount-now.ts';
export { analyticsRoutes } from './routes.ts';
