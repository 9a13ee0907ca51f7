-- Team Config: bundles of files for `.codex/` in repositories, versioned and reviewed. Files are a jsonb list of BundleFile.
create table team_config_bundles (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  slug text not null,
  name text not null,
  description text not null default '',
  newest integer not null default 0,
  -- Drafts are numbered through, also over what was published or thrown away: a number never names another draft again.
  last_draft integer not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
-- A deleted bundle's address may be taken by a new one.
create unique index team_config_bundles_by_slug on team_config_bundles (workspace_id, slug) where deleted_at is null;
create unique index team_config_bundles_by_name on team_config_bundles (workspace_id, lower(name)) where deleted_at is null;

create table team_config_drafts (
  bundle_id text primary key references team_config_bundles (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  version integer not null,
  files jsonb not null,
  -- Members who wrote a part of it, as {id, label}: nobody approves what they wrote.
  authors jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null
);

create table team_config_versions (
  bundle_id text not null references team_config_bundles (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  number integer not null,
  files jsonb not null,
  file_count integer not null,
  sha256 text not null,
  -- As they were then: with them a version has the same tar and the same commit forever, whatever is renamed later.
  name text not null,
  origin text not null,
  message text not null default '',
  published_at timestamptz not null,
  published_by text not null,
  approved_by text,
  primary key (bundle_id, number)
);
create index team_config_versions_by_sum on team_config_versions (workspace_id, bundle_id, sha256);

create table team_config_reviews (
  id text primary key,
  bundle_id text not null references team_config_bundles (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  draft_version integer not null,
  message text not null default '',
  authors jsonb not null,
  state text not null check (state in ('open', 'approved', 'declined', 'withdrawn')),
  requested_by_id text,
  requested_by text not null,
  requested_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  reason text not null default ''
);
create unique index team_config_reviews_open on team_config_reviews (bundle_id) where state = 'open';

create table team_config_subscriptions (
  workspace_id text not null references workspaces (id) on delete cascade,
  bundle_id text not null references team_config_bundles (id) on delete cascade,
  group_id text not null references groups (id) on delete cascade,
  -- Null: always the newest.
  version integer,
  created_at timestamptz not null,
  created_by text not null,
  primary key (bundle_id, group_id)
);
create index team_config_subscriptions_by_group on team_config_subscriptions (workspace_id, group_id);

-- What repositories say they have; one row per repository, folder and bundle.
create table team_config_usages (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  repository text not null,
  folder text not null default '',
  bundle_id text not null references team_config_bundles (id) on delete cascade,
  version integer,
  sha256 text not null,
  is_modified boolean not null,
  commit_id text,
  reported_at timestamptz not null,
  reported_by text not null,
  unique (workspace_id, repository, folder, bundle_id)
);
create index team_config_usages_by_bundle on team_config_usages (workspace_id, bundle_id, id);

create table team_config_rules (
  workspace_id text primary key references workspaces (id) on delete cascade,
  second_approver boolean not null default false
);

-- A workspace that exists for the length of one proof: no person is in it, no job looks after it, and it is deleted whole.
alter table workspaces add column proof_run_id text;
alter table workspaces add column minimum_client_version text;
alter table workspaces add column minimum_client_from timestamptz;
-- The gateway keeps the minimum in memory.
create trigger announce_minimum_client after update of minimum_client_version, minimum_client_from on workspaces for each statement execute function reeve_announce_access_change();

create table proof_runs (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  number integer not null,
  trigger text not null check (trigger in ('person', 'key', 'schedule')),
  started_by text not null,
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  verdict text check (verdict in ('held', 'broken', 'partly', 'inconclusive')),
  created_at timestamptz not null,
  started_at timestamptz,
  -- Whoever runs it says every few seconds that it still does; another process takes over what has gone silent.
  alive_at timestamptz,
  runner text,
  finished_at timestamptz,
  cancel_asked_at timestamptz,
  error text,
  unique (workspace_id, number)
);
create index proof_runs_unfinished on proof_runs (state) where state in ('waiting', 'running');

create table proof_cells (
  id text primary key,
  run_id text not null references proof_runs (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  position integer not null,
  -- No foreign key: a proof stays when its policy is deleted. Null: Reeve's own pins alone.
  policy_id text,
  policy_name text not null,
  revision integer not null,
  policy_sha256 text not null,
  client_version text not null,
  client_sha256 text,
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  verdict text check (verdict in ('held', 'broken', 'partly', 'inconclusive')),
  counts jsonb not null,
  attempts_done integer not null default 0,
  attempts_total integer not null default 0,
  now text,
  started_at timestamptz,
  finished_at timestamptz,
  error text,
  unique (run_id, position)
);
create index proof_cells_newest on proof_cells (workspace_id, policy_id, client_version, finished_at desc) where state = 'done';

create table proof_attempts (
  cell_id text not null references proof_cells (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  position integer not null,
  attempt text not null,
  title text not null,
  constraint_path text not null,
  surface text not null,
  expected text not null,
  observed text not null,
  verdict text not null check (verdict in ('held', 'broken', 'not-enforced', 'not-tried', 'inconclusive')),
  evidence jsonb not null,
  duration_ms integer not null,
  primary key (cell_id, position)
);

create table proof_certificates (
  id text primary key,
  run_id text not null unique references proof_runs (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  issued_at timestamptz not null,
  jws text not null
);

create table proof_alerts (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  kind text not null check (kind in ('broken', 'drift', 'run-failed')),
  sentence text not null,
  run_id text references proof_runs (id) on delete cascade,
  cell_id text references proof_cells (id) on delete cascade,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text
);
create index proof_alerts_newest on proof_alerts (workspace_id, raised_at desc, id);

create table proof_schedules (
  workspace_id text primary key references workspaces (id) on delete cascade,
  every text not null check (every in ('off', 'day', 'week')),
  hour_utc integer not null check (hour_utc between 0 and 23),
  weekday integer not null check (weekday between 1 and 7),
  client_versions jsonb not null,
  -- The last moment for which a run was started.
  started_for timestamptz
);

-- In which state each check of the set-up was found, and since when. What each server has to look at itself is kept for each.
create table setup_check_states (
  workspace_id text not null references workspaces (id) on delete cascade,
  check_id text not null,
  -- Host name and port of the server that looked; empty where it does not matter which.
  server text not null default '',
  state text not null check (state in ('ok', 'warning', 'problem', 'unknown')),
  evidence text not null,
  next text,
  facts jsonb not null,
  since timestamptz not null,
  checked_at timestamptz not null,
  primary key (workspace_id, check_id, server)
);
