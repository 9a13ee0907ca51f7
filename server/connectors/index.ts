/**
 * Git servers: GitHub through an app of the organisation's own, any other by HTTPS with a deploy token. Whoever needs a repository asks
 * here with an operation; tokens are made for it and never leave this folder.
 */
export { connectorJobs } from './jobs.ts';
export { namesInConnectors } from './names.ts';
export { listBranches } from './operations/branches.ts';
export { diffFiles, type FileInDiff, type FilesDiff } from './operations/diff-files.ts';
export { type FetchPath, fetchPaths, forwardGitFetch } from './operations/forward-fetch.ts';
export { type Published, publishDiff } from './operations/publish-diff.ts';
export { readPullRequest } from './operations/pull-requests.ts';
export { requireRepositoryAccess } from './operations/repository-access.ts';
export { gitAccountsOfPerson } from './person-rows.ts';
export { findRepository, listRepositories, type RepositoryRow } from './repository-queries.ts';
export { gitRoutes } from './routes.ts';
export { type DeliveryConsumer, type GitDelivery, openDeliveryWorker } from './webhooks/delivery-worker.ts';
export { gitServerDialect } from './webhooks/dialect.ts';
export { gitConsumers } from './webhooks/git-consumers.ts';
