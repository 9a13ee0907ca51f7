-- Codex cloud: git servers, environments, hosted tasks, and the machines that run them.
alter table workspaces add column codex_cloud_enabled boolean not null default false;
alter table workspaces add column agent_internet_allowed boolean not null default false;
alter table workspaces add column cloud_tasks_per_member integer not null default 4;
alter table workspaces add column cloud_tasks_per_workspace integer not null default 32;
create trigger announce_cloud after update of codex_cloud_enabled, agent_internet_allowed on workspaces for each statement execute function reeve_announce_access_change();

-- A token made for one attempt of a hosted task. It works while this attempt is leased under this epoch, and is in nobody's list.
alter table access_tokens add column attempt_id text;
alter table access_tokens add column attempt_epoch integer;
create index access_tokens_by_attempt on access_tokens (attempt_id) where attempt_id is not null;

-- In which hosted task something happened. What happened stays when the task is gone.
alter table activity_events add column attempt_id text;
alter table activity_events add column task_id text;
alter table activity_events add column environment_id text;
alter table model_calls add column attempt_id text;
alter table model_calls add column task_id text;
alter table model_calls add column environment_id text;

create table git_connections (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  kind text not null check (kind in ('github', 'git')),
  name text not null,
  base_url text not null,
  api_url text,
  app_id text,
  app_slug text,
  client_id text,
  username text,
  sealed_private_key text,
  sealed_client_secret text,
  sealed_webhook_secret text,
  -- Taken beside the new one for a while after it was replaced: GitHub is told of the new one by hand.
  sealed_former_webhook_secret text,
  former_webhook_secret_until timestamptz,
  sealed_token text,
  problem text,
  -- Webhook deliveries looked at up to here when missed ones were looked for.
  caught_up_at timestamptz,
  webhook_problem text,
  created_by text not null,
  created_at timestamptz not null,
  removed_at timestamptz
);
create index git_connections_by_workspace on git_connections (workspace_id);

-- What is under way on a git server's own pages: making an app, linking an account. Good once, for minutes.
create table git_pending (
  state_hash text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null,
  purpose text not null check (purpose in ('app', 'link')),
  facts jsonb not null,
  expires_at timestamptz not null
);

create table git_installations (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  connection_id text not null references git_connections (id) on delete cascade,
  external_id text not null,
  account text not null,
  account_kind text not null check (account_kind in ('organization', 'user')),
  selection text not null check (selection in ('all', 'selected')),
  permissions jsonb not null,
  state text not null check (state in ('active', 'suspended', 'removed')),
  since timestamptz not null,
  checked_at timestamptz,
  unique (connection_id, external_id)
);

create table git_repositories (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  connection_id text not null references git_connections (id) on delete cascade,
  installation_id text references git_installations (id) on delete set null,
  external_id text not null,
  name text not null,
  url text not null,
  default_branch text not null,
  -- Somebody named it: the server's own does not take its place.
  names_branch boolean not null default false,
  is_private boolean not null,
  is_archived boolean not null default false,
  is_allowed boolean not null default false,
  removed_at timestamptz,
  seen_at timestamptz not null,
  unique (connection_id, external_id)
);
create index git_repositories_by_workspace on git_repositories (workspace_id, name);

create table git_accounts (
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  connection_id text not null references git_connections (id) on delete cascade,
  external_id text not null,
  login text not null,
  linked_at timestamptz not null,
  primary key (member_id, connection_id)
);
create unique index git_accounts_one_member on git_accounts (connection_id, external_id);

-- Every token that was made, never the token.
create table git_token_uses (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  connection_id text not null,
  repository text not null,
  operation text not null,
  permissions jsonb not null,
  for_whom text not null,
  at timestamptz not null,
  expires_at timestamptz not null
);
create index git_token_uses_by_time on git_token_uses (workspace_id, at desc);

create table git_deliveries (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  connection_id text not null references git_connections (id) on delete cascade,
  guid text not null,
  event text not null,
  action text,
  repository text,
  installation text,
  payload jsonb not null,
  state text not null check (state in ('waiting', 'done', 'ignored', 'failed', 'refused')),
  problem text,
  is_caught_up boolean not null default false,
  -- Of what was received: the id of a delivery is not signed, so a body that comes again under another id is known by this.
  body_hash text,
  tries integer not null default 0,
  -- When a waiting one is next tried; while it is worked on, when others may take it over.
  due_at timestamptz not null,
  received_at timestamptz not null,
  done_at timestamptz,
  unique (connection_id, guid),
  unique (connection_id, body_hash)
);
create index git_deliveries_waiting on git_deliveries (due_at, received_at) where state = 'waiting';
create index git_deliveries_by_time on git_deliveries (connection_id, received_at desc);

-- Of a bundle in a repository there is one at a time; the next version goes on with it while it is open.
create table team_config_pull_requests (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  bundle_id text not null references team_config_bundles (id) on delete cascade,
  repository_id text not null references git_repositories (id) on delete cascade,
  base text not null,
  branch text not null,
  number integer,
  url text not null,
  state text not null check (state in ('open', 'merged', 'closed')),
  version integer not null,
  head_sha text not null,
  opened_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- When the git server was asked what stands here: what it said to an earlier question changes nothing.
  checked_at timestamptz not null,
  unique (bundle_id, repository_id)
);
create index team_config_pull_requests_by_number on team_config_pull_requests (workspace_id, number);

create table cloud_environments (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  creator_id text references members (id) on delete set null,
  creator_name text not null,
  label text not null,
  -- EnvironmentSettings without label, groups and what is below.
  settings jsonb not null,
  repository_ids jsonb not null,
  sharing text not null check (sharing in ('private', 'groups', 'workspace')),
  -- Of all that set-up depends on, secrets too: changes throw away what was kept.
  cache_salt text not null,
  revision integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index cloud_environments_by_workspace on cloud_environments (workspace_id);

create table cloud_environment_secrets (
  environment_id text not null references cloud_environments (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  sealed text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (environment_id, name)
);

create table cloud_environment_groups (
  environment_id text not null references cloud_environments (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  group_id text not null references groups (id) on delete cascade,
  primary key (environment_id, group_id)
);

create table cloud_environment_pins (
  environment_id text not null references cloud_environments (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  primary key (environment_id, member_id)
);

-- How many attempts the members of a group run at once, together. Groups without a row have no limit of their own.
create table cloud_group_limits (
  group_id text primary key references groups (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  running_at_once integer not null check (running_at_once > 0)
);
create index cloud_group_limits_by_workspace on cloud_group_limits (workspace_id);

create table cloud_runners (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  -- Gone with its address when the runner is removed.
  secret_hash text,
  labels jsonb not null,
  drivers jsonb not null,
  version text not null,
  protocol integer not null,
  capacity integer not null,
  is_embedded boolean not null default false,
  problem text,
  address text,
  registered_at timestamptz not null,
  seen_at timestamptz not null,
  draining_at timestamptz,
  removed_at timestamptz
);
create unique index cloud_runners_by_secret on cloud_runners (secret_hash);
create index cloud_runners_by_workspace on cloud_runners (workspace_id);

create table cloud_runner_tokens (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  token_hash text not null unique,
  hint text not null,
  labels jsonb not null,
  is_embedded boolean not null default false,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);

create table cloud_caches (
  runner_id text not null references cloud_runners (id) on delete cascade,
  fingerprint text not null,
  environment_id text not null references cloud_environments (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  built_at timestamptz not null,
  expires_at timestamptz not null,
  bytes bigint not null,
  primary key (runner_id, fingerprint)
);

create table cloud_tasks (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text references members (id) on delete set null,
  environment_id text,
  environment_label text not null,
  repository_id text,
  repository text not null,
  branch text not null,
  mode text not null check (mode in ('ask', 'code')),
  source text not null check (source in ('console', 'cli', 'api', 'github', 'slack', 'linear', 'try')),
  sealed_title text not null,
  last_turn integer not null default 0,
  archived_at timestamptz,
  read_at timestamptz,
  -- While somebody pushes its changes, nobody else does.
  publishing_until timestamptz,
  -- When its diffs and sessions were kept long enough: it can be read, not continued.
  files_gone_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index cloud_tasks_by_member on cloud_tasks (workspace_id, member_id, created_at desc, id desc);
create index cloud_tasks_by_change on cloud_tasks (workspace_id, updated_at desc, id desc);
create index cloud_tasks_by_environment on cloud_tasks (environment_id);

create table cloud_turns (
  task_id text not null references cloud_tasks (id) on delete cascade,
  number integer not null,
  workspace_id text not null references workspaces (id) on delete cascade,
  sealed_prompt text not null,
  mode text not null check (mode in ('ask', 'code')),
  -- The attempt it goes on from; null in the first turn.
  follows_attempt_id text,
  starting_diff_blob text,
  comments integer not null default 0,
  created_at timestamptz not null,
  primary key (task_id, number)
);

create table cloud_attempts (
  id text primary key,
  task_id text not null references cloud_tasks (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text,
  environment_id text,
  turn_number integer not null,
  placement integer not null,
  kind text not null default 'task' check (kind in ('task', 'try')),
  state text not null,
  ending text,
  detail text,
  sealed_answer text,
  -- The claim by which it is leased, as its runner calls it: where the answer was lost, it asks again under the same.
  claim_id text,
  -- The epoch whose lease a heartbeat has named: from then on it runs, and is neither handed out again nor taken back.
  heard_epoch integer,
  -- Goes up with every lease: what comes with an older one is refused.
  epoch integer not null default 0,
  runner_id text references cloud_runners (id) on delete set null,
  -- Once the row of the runner is gone: what it was called.
  runner_name text,
  driver text,
  lease_until timestamptz,
  tries integer not null default 0,
  -- How often a lease ended by itself; a second time ends the attempt.
  losses integer not null default 0,
  -- A runner counts its log lines from 1; those of one before it stay in front.
  log_base integer not null default 0,
  -- Requests beyond those that are kept of one attempt, and in which report they were counted last: it may come again.
  egress_left_out integer not null default 0,
  egress_report text,
  -- Under which epoch the secrets were handed out.
  secrets_epoch integer,
  cancel_asked_at timestamptz,
  base_commit text,
  diff_blob text,
  is_diff_final boolean not null default false,
  files_modified integer,
  lines_added integer,
  lines_removed integer,
  session_blob text,
  is_from_cache boolean,
  -- What it needs of a runner, for the claim: labels, drivers, runtimes.
  needs jsonb not null,
  -- Attempts that are alike to the claim: of one member, in one environment, with the same needs. Within a lane the oldest is next.
  lane text not null generated always as (coalesce(member_id, '') || '/' || coalesce(environment_id, '') || '/' || md5(needs::text)) stored,
  usage jsonb,
  queued_at timestamptz not null,
  claimed_at timestamptz,
  first_model_call_at timestamptz,
  finished_at timestamptz
);
create index cloud_attempts_by_task on cloud_attempts (task_id, turn_number, placement);
create index cloud_attempts_finished on cloud_attempts (workspace_id, finished_at) where finished_at is not null;
create index cloud_attempts_queued on cloud_attempts (workspace_id, queued_at, id) where state = 'queued';
create index cloud_attempts_lanes on cloud_attempts (workspace_id, lane, queued_at, id) where state = 'queued';
create index cloud_attempts_by_runner on cloud_attempts (runner_id) where runner_id is not null;
create index cloud_attempts_leased on cloud_attempts (lease_until) where lease_until is not null;
create unique index cloud_attempts_claims on cloud_attempts (runner_id, claim_id) where lease_until is not null and claim_id is not null;
create index cloud_attempts_cancelled on cloud_attempts (id) where state = 'queued' and cancel_asked_at is not null;
create index cloud_attempts_running on cloud_attempts (workspace_id, member_id, runner_id) where lease_until is not null;

create table cloud_log (
  attempt_id text not null references cloud_attempts (id) on delete cascade,
  seq integer not null,
  workspace_id text not null references workspaces (id) on delete cascade,
  at timestamptz not null,
  kind text not null,
  phase text not null,
  item text,
  exit_code integer,
  sealed_text text not null,
  primary key (attempt_id, seq)
);

create table cloud_egress (
  id text primary key,
  attempt_id text not null references cloud_attempts (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  environment_id text,
  at timestamptz not null,
  phase text not null,
  method text not null,
  host text not null,
  port integer not null,
  path text,
  is_allowed boolean not null,
  rule text not null,
  address text,
  status integer,
  sent_bytes bigint not null,
  received_bytes bigint not null
);
create index cloud_egress_by_attempt on cloud_egress (attempt_id, at, id);
create index cloud_egress_by_age on cloud_egress (workspace_id, at);
create index cloud_egress_refused on cloud_egress (environment_id, at) where not is_allowed;

create table cloud_comments (
  id text primary key,
  task_id text not null references cloud_tasks (id) on delete cascade,
  attempt_id text not null,
  workspace_id text not null references workspaces (id) on delete cascade,
  path text not null,
  side text not null check (side in ('old', 'new')),
  line integer not null,
  sealed_text text not null,
  sent_with_turn integer,
  created_at timestamptz not null
);
create index cloud_comments_by_task on cloud_comments (task_id);

create table cloud_pull_requests (
  id text primary key,
  task_id text not null references cloud_tasks (id) on delete cascade,
  attempt_id text not null,
  workspace_id text not null references workspaces (id) on delete cascade,
  repository_id text not null,
  number integer,
  url text not null,
  branch text not null,
  base text not null,
  state text not null check (state in ('open', 'closed', 'merged')),
  head_sha text not null,
  created_at timestamptz not null,
  -- As the git server tells it.
  updated_at timestamptz not null,
  -- When the git server was last asked: what was asked before is no news.
  checked_at timestamptz not null
);
create index cloud_pull_requests_by_task on cloud_pull_requests (task_id);
create index cloud_pull_requests_by_number on cloud_pull_requests (workspace_id, number);
