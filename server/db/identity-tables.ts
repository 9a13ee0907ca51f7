import type { Generated } from 'kysely';
import type { GeneratedJson, Json, Timestamp } from './column-types.ts';

/** Who somebody is: sessions, credentials and the sign-ins of Codex clients. */
export interface IdentityTables {
  sessions: {
    id: string;
    workspace_id: string;
    member_id: string;
    token_hash: string;
    method: Generated<'password' | 'sso' | 'passkey' | 'link'>;
    second_factor_at: Timestamp | null;
    sso_connection_id: string | null;
    sealed_sso_logout_hint: string | null;
    ip: string | null;
    user_agent: string | null;
    started_at: Timestamp;
    last_seen_at: Timestamp;
    expires_at: Timestamp;
  };
  oauth_artifacts: {
    model: string;
    id_hash: string;
    payload: Json<Record<string, unknown>>;
    grant_id: string | null;
    uid: string | null;
    user_code: string | null;
    consumed_at: Timestamp | null;
    expires_at: Timestamp | null;
  };
  client_grants: {
    id: string;
    workspace_id: string;
    member_id: string;
    oauth_grant_id: string;
    client_id: string;
    method: 'browser' | 'device-code';
    ip: string | null;
    created_at: Timestamp;
    last_used_at: Timestamp | null;
    expires_at: Timestamp | null;
    revoked_at: Timestamp | null;
    revoked_because: string | null;
  };
  device_requests: {
    id: string;
    workspace_id: string;
    user_code_hash: string;
    device_auth_id_hash: string;
    client_id: string;
    ip: string | null;
    status: 'pending' | 'approved' | 'denied' | 'used';
    member_id: string | null;
    created_at: Timestamp;
    expires_at: Timestamp;
  };
  access_tokens: {
    id: string;
    workspace_id: string;
    member_id: string;
    kind: 'personal-access-token' | 'api-key';
    name: string;
    hint: string;
    token_hash: string;
    scopes: GeneratedJson<string[]>;
    created_at: Timestamp;
    expires_at: Timestamp | null;
    last_used_at: Timestamp | null;
    revoked_at: Timestamp | null;
    noticed_days: number | null;
    attempt_id: Generated<string | null>;
    attempt_epoch: Generated<number | null>;
  };
  signing_keys: {
    kid: string;
    sealed_private_jwk: string;
    public_jwk: Json<Record<string, unknown>>;
    created_at: Timestamp;
    retired_at: Timestamp | null;
  };
}
