/**
 * Codex cloud: environments, hosted tasks and the runners that do them. An attempt is leased to one runner under an epoch; what comes
 * with an older epoch is refused, so nothing is done twice.
 */
export { expiringLeases } from './attempts/expire-leases.ts';
export { cloudClientDialect } from './codex-client/dialect.ts';
export { environmentsOfPerson } from './environments/person-rows.ts';
export { environmentRoutes } from './environments/routes.ts';
export {
  deleteWatchedEnvironment,
  listWatchedEnvironments,
  type WatchedEnvironment,
} from './environments/watched-environments.ts';
export { groupLimitRoutes } from './group-limits/routes.ts';
export { namesInCloud } from './names.ts';
export { runnerApiDialect } from './runner-api/dialect.ts';
export { openEmbeddedRunner } from './runners/embedded-runner.ts';
export { runnerJobs } from './runners/jobs.ts';
export { runnerRoutes } from './runners/routes.ts';
export { deleteTask, eraseTasksOf } from './tasks/delete-task.ts';
export { watchAccess } from './tasks/end-lost-access.ts';
export { tasksOfPerson } from './tasks/person-rows.ts';
export { keptTaskKinds } from './tasks/purge-tasks.ts';
export { countTasksOf } from './tasks/queries.ts';
export { taskRoutes } from './tasks/routes.ts';
export { pullRequestConsumer } from './tasks/take-pull-request.ts';
export { findTaskFacts, listTaskFacts, type TaskFacts } from './tasks/task-facts.ts';
