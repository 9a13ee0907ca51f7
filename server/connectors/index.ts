/**
 * Git servers: GitHub through an app of the organisation's own, any other by HTTPS with a deploy token. Whoever needs a repository asks
 * here with an operation; tokens are made for it and never leave this folder.
 */
export { findRepository, listRepositories, type RepositoryRow } from './repository-queries.ts';
export { gitRoutes } from './routes.ts';
