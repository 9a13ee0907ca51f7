-- Where compliance records are pushed to. `settings` is DestinationSettings; what is secret of it (webhook secrets, the client key, a header's
-- value) is sealed as one JSON text.
create table compliance_destinations (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  kind text not null check (kind in ('syslog', 'webhook', 'otlp')),
  name text not null,
  settings jsonb not null,
  sealed_secret text,
  event_types jsonb not null,
  with_content boolean not null default false,
  is_enabled boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- How it goes. A lease keeps several processes from sending the same records side by side.
  delivered bigint not null default 0,
  last_delivered_at timestamptz,
  failures integer not null default 0,
  failing_since timestamptz,
  last_error text,
  try_at timestamptz,
  lease text,
  lease_until timestamptz
);
create unique index compliance_destinations_by_name on compliance_destinations (workspace_id, lower(name));

-- Up to where a destination has everything of an origin (`activity`, `audit`). Written after the other side has taken it, never before.
create table compliance_positions (
  destination_id text not null references compliance_destinations (id) on delete cascade,
  origin text not null,
  position bigint not null,
  primary key (destination_id, origin)
);

-- How long what is kept, in days; a kind without a row stays as long as contract/compliance-retention.ts says.
create table compliance_retention (
  workspace_id text not null references workspaces (id) on delete cascade,
  kind text not null,
  days integer not null check (days > 0),
  updated_at timestamptz not null,
  primary key (workspace_id, kind)
);

-- Legal holds: while one of a person is not lifted, nothing of theirs is purged or erased. No foreign key to members: a hold stays whatever
-- becomes of the member.
create table compliance_holds (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null,
  member_label text not null,
  reason text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  lifted_by text,
  lifted_at timestamptz,
  lifted_because text
);
create index compliance_holds_active on compliance_holds (workspace_id, member_id) where lifted_at is null;

-- Erasures of one person's content. `step` and `done_to` are the journal: what ended half-way goes on there. The e-mail address and name
-- are needed until it is done, and go then.
create table compliance_erasures (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null,
  member_label text,
  reason text not null,
  with_audit boolean not null,
  ordered_by_id text,
  ordered_by text not null,
  ordered_at timestamptz not null,
  state text not null check (state in ('running', 'held', 'done')),
  step text not null check (step in ('content', 'files', 'audit', 'done')),
  -- The end_time of the last log file that was looked at.
  done_to timestamptz,
  contents integer not null default 0,
  files_looked integer not null default 0,
  files_total integer not null default 0,
  lines integer not null default 0,
  audit_entries integer not null default 0,
  finished_at timestamptz,
  last_error text
);
create index compliance_erasures_newest on compliance_erasures (workspace_id, ordered_at desc, id desc);
create index compliance_erasures_running on compliance_erasures (ordered_at) where state <> 'done';

-- Which log file took the place of which. Stays when both files are gone, so that an old SHA-256 can always be accounted for.
create table compliance_replaced_files (
  old_id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  erasure_id text not null references compliance_erasures (id) on delete cascade,
  old_sha256 text not null,
  new_id text not null,
  new_sha256 text not null,
  lines integer not null,
  replaced_at timestamptz not null
);
create index compliance_replaced_files_by_erasure on compliance_replaced_files (erasure_id, old_id);

-- Whose lines a log file holds, as ids of members; null until somebody had to know. `ended_at` is when what a replacing file says ended:
-- its own end_time is later, so that whoever reads along gets it.
alter table compliance_log_files add column people jsonb;
alter table compliance_log_files add column ended_at timestamptz;

-- Exports of everything about one person. The file is a blob; `token_hash` is that of the one link that fetches it.
create table compliance_exports (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null,
  member_label text not null,
  reason text not null,
  ordered_by_id text,
  ordered_by text not null,
  ordered_at timestamptz not null,
  state text not null check (state in ('running', 'ready', 'fetched', 'expired', 'failed')),
  progress jsonb not null,
  blob text,
  bytes bigint,
  sha256 text,
  token_hash text unique,
  token_expires_at timestamptz,
  finished_at timestamptz,
  fetched_at timestamptz,
  expires_at timestamptz not null,
  last_error text
);
create index compliance_exports_newest on compliance_exports (workspace_id, ordered_at desc, id desc);

-- For purging by age.
create index activity_content_oldest on activity_content (workspace_id, kept_at);
