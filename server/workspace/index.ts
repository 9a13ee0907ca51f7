// The workspace and what its owners turn on and off. Rule people get wrong: a toggle is asked at every request, never remembered in
// a token, because local off has to hold at the very next one.
export { createWorkspace, readOnlyWorkspace } from './create-workspace.ts';
export { insertProofWorkspace } from './proof-workspace-queries.ts';
export { lockWorkspace } from './queries.ts';
export { workspaceRoutes } from './routes.ts';
export { readSettings } from './settings.ts';
