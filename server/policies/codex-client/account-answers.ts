import type { CodexClient } from '#server/http/wire-routes.ts';

/** `wham/accounts/check`: where model calls go. Both routing fields are required, and exactly one entry may carry the account's id. */
export const accountsCheck = ({ workspaceId }: CodexClient, workspaceName: string) => ({
  accounts: [
    {
      id: workspaceId,
      name: workspaceName,
      structure: 'workspace',
      workspace_backend_origin: 'NO_CONSTRAINT',
      account_routing_override: 'NO_CONSTRAINT',
    },
  ],
  account_ordering: [workspaceId],
  default_account_id: workspaceId,
});

/** `wham/usage`: Reeve sets no limits yet, and says so instead of inventing a window. */
export const usage = { plan_type: 'enterprise', rate_limit: null, credits: null };

/** `wham/settings/user`, `wham/workspace-messages` and the directories of plugins and connectors: nothing is offered. */
export const userSettings = {};
export const workspaceMessages = { messages: [] };
export const installedPlugins = { plugins: [], pagination: {} };
export const noPlugins = { plugins: [] };
export const accountSettings = { beta_settings: { enable_plugins: false } };
export const noConnectors = { connectors: [], next_token: null };
