import type { Generated } from 'kysely';
import type { Json, Timestamp } from './column-types.ts';

/** The workspace, its people and what they may do. */
export interface DirectoryTables {
  workspaces: {
    id: string;
    name: string;
    codex_local_enabled: Generated<boolean>;
    device_code_enabled: Generated<boolean>;
    local_content_kept: Generated<boolean>;
    api_keys_allowed: Generated<boolean>;
    old_clients_allowed: Generated<boolean>;
    policy_grace_minutes: Generated<number>;
    policy_assignments_version: Generated<number>;
    access_token_max_days: Generated<number>;
    key_max_days: Generated<number>;
    time_zone: Generated<string>;
    default_role_id: Generated<string | null>;
    sso_required: Generated<boolean>;
    second_factor_rule: Generated<'off' | 'admins' | 'everyone'>;
    second_factor_grace_until: Timestamp | null;
    fallback_policy_id: string | null;
    baseline_policy_id: Generated<string | null>;
    policy_second_approver: Generated<boolean>;
    policies_frozen_at: Generated<Timestamp | null>;
    policies_frozen_by: Generated<string | null>;
    policies_frozen_because: Generated<string | null>;
    policies_managed_by: Generated<string | null>;
    policy_release: Generated<number>;
    proof_run_id: Generated<string | null>;
    codex_cloud_enabled: Generated<boolean>;
    agent_internet_allowed: Generated<boolean>;
    cloud_tasks_per_member: Generated<number>;
    cloud_tasks_per_workspace: Generated<number>;
    minimum_client_version: Generated<string | null>;
    minimum_client_from: Generated<Timestamp | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  members: {
    id: string;
    workspace_id: string;
    email: string;
    name: string;
    status: 'invited' | 'active' | 'suspended' | 'deprovisioned';
    source: Generated<'manual' | 'scim' | 'sso'>;
    is_break_glass: Generated<boolean>;
    password_hash: string | null;
    created_at: Timestamp;
    last_active_at: Timestamp | null;
  };
  groups: {
    id: string;
    workspace_id: string;
    name: string;
    description: Generated<string>;
    source: Generated<'manual' | 'scim'>;
    created_at: Timestamp;
  };
  group_members: { workspace_id: string; group_id: string; member_id: string; added_at: Timestamp };
  links: {
    id: string;
    workspace_id: string | null;
    kind: 'owner' | 'invitation';
    member_id: string | null;
    token_hash: string;
    created_by: string | null;
    created_at: Timestamp;
    expires_at: Timestamp;
    used_at: Timestamp | null;
  };
  roles: {
    id: string;
    workspace_id: string;
    name: string;
    description: Generated<string>;
    permissions: Json<string[]>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  role_grants: {
    workspace_id: string;
    role_id: string;
    member_id: string | null;
    group_id: string | null;
    granted_at: Timestamp;
  };
}
