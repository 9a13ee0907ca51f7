// The seven steps and what they found. Rule people get wrong: a check is decided by facts in the database, never by a click.
export { setupRoutes } from './routes.ts';
