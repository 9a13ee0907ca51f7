create table workspaces (
  id text primary key,
  name text not null,
  codex_local_enabled boolean not null default true,
  device_code_enabled boolean not null default true,
  record_content_enabled boolean not null default false,
  api_keys_allowed boolean not null default false,
  old_clients_allowed boolean not null default false,
  policy_grace_minutes integer not null default 90 check (policy_grace_minutes between 0 and 1440),
  policy_assignments_version integer not null default 1,
  fallback_policy_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table members (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  email text not null check (email = lower(email)),
  name text not null,
  role text not null,
  status text not null check (status in ('invited', 'active', 'suspended')),
  password_hash text,
  created_at timestamptz not null,
  last_active_at timestamptz,
  unique (workspace_id, email)
);
create index members_by_name on members (workspace_id, lower(name), id);
create index members_by_created on members (workspace_id, created_at, id);

create table groups (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  created_at timestamptz not null
);
create unique index groups_by_name on groups (workspace_id, lower(name));

create table group_members (
  workspace_id text not null references workspaces (id) on delete cascade,
  group_id text not null references groups (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  added_at timestamptz not null,
  primary key (group_id, member_id)
);
create index group_members_by_member on group_members (member_id, group_id);

-- Single-use links: the first owner's set-up and invitations.
create table links (
  id text primary key,
  workspace_id text references workspaces (id) on delete cascade,
  kind text not null check (kind in ('owner', 'invitation')),
  member_id text references members (id) on delete cascade,
  token_hash text not null unique,
  created_by text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index links_by_member on links (member_id);

create table sessions (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  token_hash text not null unique,
  ip text,
  user_agent text,
  started_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_by_member on sessions (member_id);

-- State of oidc-provider (grants, codes, tokens, interactions). `id_hash` is SHA-256 of the artefact's id: a stolen table opens nothing.
create table oauth_artifacts (
  model text not null,
  id_hash text not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  user_code text,
  consumed_at timestamptz,
  expires_at timestamptz,
  primary key (model, id_hash)
);
create index oauth_artifacts_by_grant on oauth_artifacts (grant_id) where grant_id is not null;
create index oauth_artifacts_by_uid on oauth_artifacts (model, uid) where uid is not null;
create index oauth_artifacts_by_expiry on oauth_artifacts (expires_at);

-- One row for each Codex client that was signed in: what people see, revoke and what access tokens are checked against.
create table client_grants (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  oauth_grant_id text not null unique,
  client_id text not null,
  method text not null check (method in ('browser', 'device-code')),
  ip text,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_because text
);
create index client_grants_by_member on client_grants (workspace_id, member_id);

create table device_requests (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  user_code_hash text not null unique,
  device_auth_id_hash text not null unique,
  client_id text not null,
  ip text,
  status text not null check (status in ('pending', 'approved', 'denied', 'used')),
  member_id text references members (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create table access_tokens (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  kind text not null check (kind in ('personal-access-token', 'api-key')),
  name text not null,
  hint text not null,
  token_hash text not null unique,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index access_tokens_by_member on access_tokens (workspace_id, member_id);

create table signing_keys (
  kid text primary key,
  sealed_private_jwk text not null,
  public_jwk jsonb not null,
  created_at timestamptz not null,
  retired_at timestamptz
);

-- Secrets at rest: compact JWE, bound to (workspace_id, name).
create table secrets (
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  sealed text not null,
  hint text not null,
  updated_at timestamptz not null,
  primary key (workspace_id, name)
);

create table policies (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  contents text not null,
  revision integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text
);
create unique index policies_by_name on policies (workspace_id, lower(name));
alter table workspaces add constraint workspaces_fallback foreign key (fallback_policy_id) references policies (id);

create table policy_revisions (
  workspace_id text not null references workspaces (id) on delete cascade,
  policy_id text not null references policies (id) on delete cascade,
  revision integer not null,
  name text not null,
  contents text not null,
  created_at timestamptz not null,
  created_by text,
  primary key (policy_id, revision)
);

create table policy_assignments (
  workspace_id text not null references workspaces (id) on delete cascade,
  position integer not null,
  group_id text not null references groups (id) on delete cascade,
  policy_id text not null references policies (id),
  primary key (workspace_id, position)
);
create index policy_assignments_by_policy on policy_assignments (policy_id);

-- What each member's clients were last told to enforce: the policy-revision header is checked against this.
create table policy_deliveries (
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  policy_key text not null,
  delivered_at timestamptz not null,
  superseded_at timestamptz,
  primary key (member_id, policy_key)
);

create table models (
  workspace_id text not null references workspaces (id) on delete cascade,
  slug text not null,
  display_name text not null,
  upstream_model text,
  context_window_tokens integer not null,
  reasoning_efforts jsonb not null,
  input_usd_per_million double precision,
  cached_input_usd_per_million double precision,
  output_usd_per_million double precision,
  is_default boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, slug)
);

create table model_upstreams (
  workspace_id text primary key references workspaces (id) on delete cascade,
  base_url text not null,
  updated_at timestamptz not null
);

create table model_calls (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text references members (id) on delete set null,
  member_name text,
  member_email text,
  credential text not null,
  client text,
  client_version text,
  model text,
  thread_id text,
  turn_id text,
  session_id text,
  policy_name text,
  sandbox_mode text,
  outcome text not null check (outcome in ('running', 'completed', 'refused', 'failed', 'cancelled')),
  refusal_code text,
  message text,
  response_id text,
  input_tokens integer,
  cached_input_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  cost_usd double precision,
  ip text,
  started_at timestamptz not null,
  -- Renewed while the call runs; a row left `running` whose process is gone is recognised by it.
  alive_at timestamptz,
  ended_at timestamptz,
  duration_ms integer,
  time_to_first_token_ms integer,
  request_text text,
  answer_text text
);
create index model_calls_newest on model_calls (workspace_id, started_at desc, id desc);
create index model_calls_by_member on model_calls (member_id, started_at desc);
create index model_calls_running on model_calls (outcome) where outcome = 'running';

-- Events the clients report by themselves, kept raw for later analysis.
create table client_events (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text references members (id) on delete set null,
  received_at timestamptz not null,
  user_agent text,
  event_type text not null,
  event jsonb not null
);
create index client_events_newest on client_events (workspace_id, received_at desc);

create table seen_clients (
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  client text not null,
  version text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (member_id, client, version)
);

create table audit_events (
  id text primary key,
  workspace_id text,
  at timestamptz not null,
  event text not null,
  actor_kind text not null,
  actor_id text,
  actor_label text not null,
  subject_kind text,
  subject_id text,
  subject_label text,
  payload jsonb not null,
  ip text
);
create index audit_events_newest on audit_events (workspace_id, at desc, id desc);
create index audit_events_by_subject on audit_events (workspace_id, subject_id);

create table rate_limits (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
