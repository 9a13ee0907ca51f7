// What was used, counted from activity events.
export { usageOfPerson } from './person-rows.ts';
