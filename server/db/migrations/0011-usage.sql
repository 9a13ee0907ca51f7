-- What was used, counted from activity_events by server/analytics. One row for each member, client surface, client and model (a leaf), never
-- more than one row for the same use. Threads, turns and members are distinct, which sums are not: each is counted in one leaf of its
-- bucket only (`threads`), in one leaf of each surface (`threads_of_surface`), and so on. So the sum of the right column over the leaves of
-- any level is right. '' stands for what is not known: member, client, model.
alter table workspaces add column time_zone text not null default 'UTC';

-- A note for every report, not for every hour: one that commits while its hour is counted leaves a note of its own, without waiting.
alter table activity_due drop constraint activity_due_pkey;
alter table activity_due add column id bigint generated always as identity primary key;

-- By hour, UTC.
create table usage_hours (
  workspace_id text not null references workspaces (id) on delete cascade,
  hour timestamptz not null,
  member_id text not null,
  surface text not null,
  client text not null,
  model text not null,
  -- Model calls that were not refused, those of them that failed, and those that were refused.
  calls integer not null,
  failed_calls integer not null,
  refused_calls integer not null,
  -- Calls that reported no cost: no price was known, or the upstream told no tokens.
  unpriced_calls integer not null,
  -- Cached input is part of the input, reasoning part of the output.
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits double precision not null,
  cost_usd double precision not null,
  threads integer not null,
  threads_of_surface integer not null,
  threads_of_client integer not null,
  threads_of_model integer not null,
  threads_of_surface_model integer not null,
  threads_of_leaf integer not null,
  turns integer not null,
  turns_of_surface integer not null,
  turns_of_client integer not null,
  turns_of_model integer not null,
  turns_of_surface_model integer not null,
  turns_of_leaf integer not null,
  primary key (workspace_id, member_id, hour, surface, client, model)
);
create index usage_hours_by_hour on usage_hours (workspace_id, hour);

-- By calendar day of a time zone: UTC for the vendor's API and, where it is another, the workspace's.
create table usage_days (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  day date not null,
  member_id text not null,
  surface text not null,
  client text not null,
  model text not null,
  -- Model calls that were not refused, those of them that failed, and those that were refused.
  calls integer not null,
  failed_calls integer not null,
  refused_calls integer not null,
  -- Calls that reported no cost: no price was known, or the upstream told no tokens.
  unpriced_calls integer not null,
  -- Cached input is part of the input, reasoning part of the output.
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits double precision not null,
  cost_usd double precision not null,
  threads integer not null,
  threads_of_surface integer not null,
  threads_of_client integer not null,
  threads_of_model integer not null,
  threads_of_surface_model integer not null,
  threads_of_leaf integer not null,
  turns integer not null,
  turns_of_surface integer not null,
  turns_of_client integer not null,
  turns_of_model integer not null,
  turns_of_surface_model integer not null,
  turns_of_leaf integer not null,
  primary key (workspace_id, zone, day, member_id, surface, client, model)
);
create index usage_days_by_member on usage_days (workspace_id, member_id, zone, day);

-- The days of a month together, for rankings and for who was active in a long time.
create table usage_months (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  month date not null,
  member_id text not null,
  surface text not null,
  client text not null,
  model text not null,
  -- Bit n (from 0): used on day n + 1, with a call that was not refused.
  days integer not null,
  -- Model calls that were not refused, those of them that failed, and those that were refused.
  calls integer not null,
  failed_calls integer not null,
  refused_calls integer not null,
  -- Calls that reported no cost: no price was known, or the upstream told no tokens.
  unpriced_calls integer not null,
  -- Cached input is part of the input, reasoning part of the output.
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits double precision not null,
  cost_usd double precision not null,
  threads integer not null,
  threads_of_surface integer not null,
  threads_of_client integer not null,
  threads_of_model integer not null,
  threads_of_surface_model integer not null,
  threads_of_leaf integer not null,
  turns integer not null,
  turns_of_surface integer not null,
  turns_of_client integer not null,
  turns_of_model integer not null,
  turns_of_surface_model integer not null,
  turns_of_leaf integer not null,
  primary key (workspace_id, zone, month, member_id, surface, client, model)
);
create index usage_months_by_member on usage_months (workspace_id, member_id, zone, month);

-- What is only counted: tool calls, decisions, refusals.
create table usage_marks (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  day date not null,
  member_id text not null,
  surface text not null,
  client text not null,
  model text not null,
  -- 'tool', 'decision', 'refusal'.
  what text not null,
  -- The tool, the decision or the refusal's code.
  name text not null,
  tool text not null,
  decided_by text not null,
  rule text not null,
  policy_name text not null,
  times integer not null,
  -- Tool calls that failed; decisions that let nothing happen.
  failed integer not null,
  duration_ms bigint not null,
  -- How many of them told how long they took.
  timed integer not null,
  primary key (workspace_id, zone, day, member_id, what, name, tool, decided_by, rule, policy_name, surface, client, model)
);
create index usage_marks_by_member on usage_marks (workspace_id, member_id, zone, day);

-- Everybody's days and ISO weeks (from their Monday) together: the workspace's (group '') and each group's, with the members it had when
-- this was counted.
create table usage_totals (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  grain text not null check (grain in ('day', 'week')),
  day date not null,
  group_id text not null,
  surface text not null,
  client text not null,
  model text not null,
  -- Model calls that were not refused, those of them that failed, and those that were refused.
  calls integer not null,
  failed_calls integer not null,
  refused_calls integer not null,
  -- Calls that reported no cost: no price was known, or the upstream told no tokens.
  unpriced_calls integer not null,
  -- Cached input is part of the input, reasoning part of the output.
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits double precision not null,
  cost_usd double precision not null,
  threads integer not null,
  threads_of_surface integer not null,
  threads_of_client integer not null,
  threads_of_model integer not null,
  threads_of_surface_model integer not null,
  threads_of_leaf integer not null,
  turns integer not null,
  turns_of_surface integer not null,
  turns_of_client integer not null,
  turns_of_model integer not null,
  turns_of_surface_model integer not null,
  turns_of_leaf integer not null,
  members integer not null,
  members_of_surface integer not null,
  members_of_client integer not null,
  members_of_model integer not null,
  members_of_surface_model integer not null,
  members_of_leaf integer not null,
  primary key (workspace_id, zone, grain, group_id, day, surface, client, model)
);
create index usage_totals_by_day on usage_totals (workspace_id, zone, grain, day);

create table usage_mark_totals (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  day date not null,
  group_id text not null,
  surface text not null,
  client text not null,
  model text not null,
  -- 'tool', 'decision', 'refusal'.
  what text not null,
  -- The tool, the decision or the refusal's code.
  name text not null,
  tool text not null,
  decided_by text not null,
  rule text not null,
  policy_name text not null,
  times integer not null,
  -- Tool calls that failed; decisions that let nothing happen.
  failed integer not null,
  duration_ms bigint not null,
  -- How many of them told how long they took.
  timed integer not null,
  members integer not null,
  primary key (workspace_id, zone, group_id, day, what, name, tool, decided_by, rule, policy_name, surface, client, model)
);
create index usage_mark_totals_by_day on usage_mark_totals (workspace_id, zone, day);

-- How many members a group (or, '', the workspace) had on a day, for shares.
create table usage_sizes (
  workspace_id text not null references workspaces (id) on delete cascade,
  group_id text not null,
  day date not null,
  members integer not null,
  primary key (workspace_id, group_id, day)
);

-- Of whom Reeve heard by which source: bit n of `days` is day n + 1 of the month (UTC).
create table usage_sources (
  workspace_id text not null references workspaces (id) on delete cascade,
  month date not null,
  member_id text not null,
  source text not null,
  days integer not null,
  last_at timestamptz not null,
  primary key (workspace_id, month, member_id, source)
);

-- Totals to be made again, because a member's day changed.
create table usage_due (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  grain text not null,
  day date not null,
  since timestamptz not null,
  primary key (workspace_id, zone, grain, day)
);

-- Which calendars are counted, besides UTC. Another time zone is counted whole before anybody sees it; until then the former one is shown,
-- and after that taken away in parts.
create table usage_zones (
  workspace_id text not null references workspaces (id) on delete cascade,
  zone text not null,
  state text not null check (state in ('counting', 'ready', 'leaving')),
  primary key (workspace_id, zone)
);

-- Up to when events were deleted: what was counted of that time stays as it is, and is not counted again from what is left.
create table usage_floors (
  workspace_id text primary key references workspaces (id) on delete cascade,
  before timestamptz not null
);

-- A count of everything from the events again, day by day (UTC), from the newest to the oldest.
create table usage_recounts (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  because text not null check (because in ('asked', 'time-zone')),
  -- Only this calendar; null: all of them.
  zone text,
  asked_at timestamptz not null,
  first_day date not null,
  last_day date not null,
  -- The day it is at, and the last member of it that is done.
  next_day date,
  after_member text,
  ended_at timestamptz
);
create index usage_recounts_open on usage_recounts (workspace_id) where ended_at is null;
