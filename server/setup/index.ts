// The seven steps and what they found. Rule people get wrong: a check is decided by facts in the database, never by a click.

export { checkList } from './checks/check-list.ts';
export { oldestPostgres } from './checks/machine-checks.ts';
export { runChecksEverywhere } from './checks/run-checks.ts';
export { skewText, toleratedSkewMs } from './checks/upstream-checks.ts';
export { setupJobs } from './jobs.ts';
export { setupRoutes } from './routes.ts';
