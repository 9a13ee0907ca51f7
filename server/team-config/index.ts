/**
 * Team Config: what `.codex/` in a repository says and whether it is valid, and the library of bundles. A bundle never changes what a
 * client enforces: project files cannot, policies do.
 */
export { teamConfigRoutes } from './routes.ts';
export { readTeamConfigFacts, type TeamConfigFacts } from './team-config-facts.ts';
