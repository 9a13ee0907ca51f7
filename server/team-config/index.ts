/**
 * Team Config: what `.codex/` in a repository says and whether it is valid, and the library of bundles. A bundle never changes what a
 * client enforces: project files cannot, policies do.
 */
export { checkTeamConfig } from './check/check-team-config.ts';
export type { NamedRequirements } from './check/policy/policy.ts';
export { type FoundBundle, findBundles } from './files/bundle-markers.ts';
export type { Project } from './files/project.ts';
export { findRepositoryRoot, readRepository } from './files/read-folder.ts';
export { bundleGitDialect } from './git/dialect.ts';
export { isGitThere } from './git/git-program.ts';
export { teamConfigOfPerson } from './library/person-rows.ts';
export { teamConfigRoutes } from './routes.ts';
export { bundleTarDialect } from './tar/dialect.ts';
export { readTeamConfigFacts, type TeamConfigFacts } from './team-config-facts.ts';
