// What was used, counted from activity events.
export { analyticsApiDialect } from './public-api/dialect.ts';
