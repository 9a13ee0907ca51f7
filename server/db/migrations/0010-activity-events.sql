-- What happened: one row an event, whoever reported it. No content stands here.
create table activity_events (
  workspace_id text not null references workspaces (id) on delete cascade,
  -- Made from what the event is, so that a repeated or second report of it is the same row; begins with its time, so that rows come in order.
  id text not null,
  -- In the order of arrival. Whoever reads by it takes the lock of server/activity/activity-lock.ts first: numbers are given before they are committed.
  seq bigint generated always as identity,
  at timestamptz not null,
  received_at timestamptz not null,
  -- What the reporter's clock said, where that was not believable.
  reported_at timestamptz,
  source text not null,
  kind text not null,
  -- No foreign key: what happened stays when the member is gone.
  member_id text,
  member_label text,
  surface text not null,
  client text,
  client_version text,
  model text,
  thread_id text,
  turn_id text,
  call_id text,
  tool text,
  decision text,
  decided_by text,
  rule text,
  outcome text,
  code text,
  policy_name text,
  duration_ms integer,
  input_tokens integer,
  cached_input_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  cost_usd double precision,
  credits double precision,
  detail jsonb not null default '{}',
  primary key (workspace_id, id)
);
create unique index activity_events_by_arrival on activity_events (workspace_id, seq);
create index activity_events_newest on activity_events (workspace_id, at desc, id desc);
create index activity_events_by_member on activity_events (workspace_id, member_id, at);

-- Prompts, answers, arguments and output, sealed (JWE); only where the workspace keeps content of that surface.
create table activity_content (
  workspace_id text not null,
  event_id text not null,
  member_id text,
  sealed text not null,
  kept_at timestamptz not null,
  primary key (workspace_id, event_id)
);
create index activity_content_by_member on activity_content (workspace_id, member_id);

-- Kinds that a client reports and Reeve does not know: counted, so that nobody believes the numbers to be whole when they are not.
create table activity_unknown (
  workspace_id text not null references workspaces (id) on delete cascade,
  source text not null,
  name text not null,
  client_version text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  times bigint not null,
  primary key (workspace_id, source, name, client_version)
);

-- What has to be counted again: a member's hour into which an event came. Emptied by the roll-up, in its own transaction.
create table activity_due (
  workspace_id text not null references workspaces (id) on delete cascade,
  hour timestamptz not null,
  -- '' for calls of nobody known.
  member_id text not null,
  since timestamptz not null,
  primary key (workspace_id, hour, member_id)
);
