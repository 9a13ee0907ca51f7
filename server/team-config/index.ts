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
export { isTable, type LayerSource, type Values } from './layers/config-layer.ts';
export {
  type DecidedBy,
  type EffectiveConfig,
  type EffectiveInput,
  type EffectiveSetting,
  effectiveConfig,
  isDecidedLater,
} from './layers/effective-config.ts';
export { hidden } from './layers/hide-secrets.ts';
export { type MachineFiles, machineFiles } from './layers/machine-files.ts';
export type { PolicyFragment } from './layers/read-layers.ts';
export { readFlag } from './layers/session-flags.ts';
export { teamConfigOfPerson } from './library/person-rows.ts';
export { repositoryName } from './library/repository-name.ts';
export { namesInTeamConfig } from './names.ts';
export { bundlePullConsumer } from './pull-requests/refresh-pull-request.ts';
export { teamConfigRoutes } from './routes.ts';
export { bundleTarDialect } from './tar/dialect.ts';
export { readTeamConfigFacts, type TeamConfigFacts } from './team-config-facts.ts';
