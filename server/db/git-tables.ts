import type { Generated } from 'kysely';
import type { GitInstallation } from '#contract/git-servers.ts';
import type { Json, Timestamp } from './column-types.ts';

/** Git servers that are connected. */
export interface GitTables {
  git_connections: {
    id: string;
    workspace_id: string;
    kind: 'github' | 'git';
    name: string;
    base_url: string;
    api_url: string | null;
    app_id: string | null;
    app_slug: string | null;
    client_id: string | null;
    username: string | null;
    sealed_private_key: string | null;
    sealed_client_secret: string | null;
    sealed_webhook_secret: string | null;
    sealed_former_webhook_secret: string | null;
    former_webhook_secret_until: Timestamp | null;
    sealed_token: string | null;
    problem: string | null;
    caught_up_at: Timestamp | null;
    webhook_problem: string | null;
    created_by: string;
    created_at: Timestamp;
    removed_at: Timestamp | null;
  };
  git_pending: {
    state_hash: string;
    workspace_id: string;
    member_id: string;
    purpose: 'app' | 'link';
    facts: Json<Record<string, string | null>>;
    expires_at: Timestamp;
  };
  git_installations: {
    id: string;
    workspace_id: string;
    connection_id: string;
    external_id: string;
    account: string;
    account_kind: GitInstallation['accountKind'];
    selection: GitInstallation['selection'];
    permissions: Json<Record<string, string>>;
    state: GitInstallation['state'];
    since: Timestamp;
    checked_at: Timestamp | null;
  };
  git_repositories: {
    id: string;
    workspace_id: string;
    connection_id: string;
    installation_id: string | null;
    external_id: string;
    name: string;
    url: string;
    default_branch: string;
    names_branch: Generated<boolean>;
    is_private: boolean;
    is_archived: Generated<boolean>;
    is_allowed: Generated<boolean>;
    removed_at: Timestamp | null;
    seen_at: Timestamp;
  };
  git_accounts: {
    workspace_id: string;
    member_id: string;
    connection_id: string;
    external_id: string;
    login: string;
    linked_at: Timestamp;
  };
  git_token_uses: {
    id: string;
    workspace_id: string;
    connection_id: string;
    repository: string;
    operation: string;
    permissions: Json<Record<string, string>>;
    for_whom: string;
    at: Timestamp;
    expires_at: Timestamp;
  };
  git_deliveries: {
    id: string;
    workspace_id: string;
    connection_id: string;
    guid: string;
    event: string;
    action: string | null;
    repository: string | null;
    installation: string | null;
    payload: Json<unknown>;
    state: 'waiting' | 'done' | 'ignored' | 'failed' | 'refused';
    problem: string | null;
    is_caught_up: Generated<boolean>;
    body_hash: string | null;
    tries: Generated<number>;
    due_at: Timestamp;
    received_at: Timestamp;
    done_at: Timestamp | null;
  };
}
