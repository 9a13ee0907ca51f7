import type { Json, Timestamp } from './column-types.ts';

/** API keys of the workspace. */
export interface KeyTables {
  workspace_keys: {
    id: string;
    workspace_id: string;
    name: string;
    scopes: Json<string[]>;
    allowed_ips: Json<string[]>;
    created_by: string | null;
    created_by_name: string;
    created_at: Timestamp;
    expires_at: Timestamp;
    last_used_at: Timestamp | null;
    last_used_ip: string | null;
    revoked_at: Timestamp | null;
    noticed_days: number | null;
  };
  workspace_key_secrets: {
    token_hash: string;
    key_id: string;
    hint: string;
    created_at: Timestamp;
    ends_at: Timestamp | null;
  };
}
