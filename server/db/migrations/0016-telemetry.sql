-- Who sent telemetry on which day, and how much: tells a client that is silent from a member who did nothing. Counted as it arrives, so
-- what a client sent twice counts twice here; the events themselves never do.
create table telemetry_senders (
  workspace_id text not null references workspaces (id) on delete cascade,
  -- UTC.
  day date not null,
  member_id text not null,
  signal text not null,
  records bigint not null,
  last_at timestamptz not null,
  primary key (workspace_id, day, member_id, signal)
);
