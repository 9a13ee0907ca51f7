import type { Generated } from 'kysely';
import type { ActivityTables } from './activity-tables.ts';
import type { AuditTables } from './audit-tables.ts';
import type { CloudTables } from './cloud-tables.ts';
import type { Json, Timestamp } from './column-types.ts';
import type { ComplianceTables } from './compliance-tables.ts';
import type { DestinationTables } from './destination-tables.ts';
import type { DirectoryTables } from './directory-tables.ts';
import type { GitTables } from './git-tables.ts';
import type { IdentityTables } from './identity-tables.ts';
import type { KeepingTables } from './keeping-tables.ts';
import type { KeyTables } from './key-tables.ts';
import type { PolicyTables } from './policy-tables.ts';
import type { PriceTables } from './price-tables.ts';
import type { ProofTables } from './proof-tables.ts';
import type { ScimTables } from './scim-tables.ts';
import type { SecondFactorTables } from './second-factor-tables.ts';
import type { SsoTables } from './sso-tables.ts';
import type { TeamConfigTables } from './team-config-tables.ts';
import type { TelemetryTables } from './telemetry-tables.ts';
import type { UsageTables } from './usage-tables.ts';

export interface Tables
  extends ActivityTables,
    DestinationTables,
    ComplianceTables,
    AuditTables,
    CloudTables,
    DirectoryTables,
    GitTables,
    IdentityTables,
    KeepingTables,
    KeyTables,
    PolicyTables,
    PriceTables,
    ProofTables,
    SsoTables,
    SecondFactorTables,
    ScimTables,
    TeamConfigTables,
    TelemetryTables,
    UsageTables {
  secrets: { workspace_id: string; name: string; sealed: string; hint: string; updated_at: Timestamp };
  models: {
    workspace_id: string;
    slug: string;
    display_name: string;
    upstream_model: string | null;
    context_window_tokens: number;
    reasoning_efforts: Json<string[]>;
    is_default: Generated<boolean>;
    created_at: Timestamp;
  };
  model_upstreams: { workspace_id: string; base_url: string; updated_at: Timestamp };
  model_calls: {
    id: string;
    workspace_id: string;
    member_id: string | null;
    member_name: string | null;
    member_email: string | null;
    credential: 'codex-sign-in' | 'personal-access-token' | 'api-key' | 'hosted-task' | 'none';
    client: string | null;
    client_version: string | null;
    model: string | null;
    thread_id: string | null;
    turn_id: string | null;
    session_id: string | null;
    policy_name: string | null;
    sandbox_mode: string | null;
    outcome: 'running' | 'completed' | 'refused' | 'failed' | 'cancelled';
    refusal_code: string | null;
    message: string | null;
    response_id: string | null;
    input_tokens: number | null;
    cached_input_tokens: number | null;
    output_tokens: number | null;
    reasoning_tokens: number | null;
    cost_usd: number | null;
    ip: string | null;
    started_at: Timestamp;
    alive_at: Timestamp | null;
    ended_at: Timestamp | null;
    duration_ms: number | null;
    time_to_first_token_ms: number | null;
    credits: number | null;
    attempt_id: string | null;
    task_id: string | null;
    environment_id: string | null;
  };
  former_calls: { id: string; started_at: Timestamp; request_text: string | null; answer_text: string | null };
  client_events: {
    id: string;
    workspace_id: string;
    member_id: string | null;
    received_at: Timestamp;
    user_agent: string | null;
    event_type: string;
    event: Json<unknown>;
  };
  seen_clients: {
    workspace_id: string;
    member_id: string;
    client: string;
    version: string;
    first_seen_at: Timestamp;
    last_seen_at: Timestamp;
  };
  rate_limits: { key: string; points: number; expire: number | null };
}
