-- Files of the blob store: what opens each one. Without its row a file cannot be read, wherever a copy of it lies.
create table blobs (
  name text primary key,
  -- The file's own content key, wrapped by the master key (JWE).
  sealed_key text not null,
  -- Of the plain content.
  bytes bigint not null,
  sha256 text not null,
  stored_bytes bigint not null,
  kept_at timestamptz not null
);

-- Sealed log files of the compliance API. A file never changes; its content is a blob.
create table compliance_log_files (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  event_type text not null,
  -- Grows with every file of a workspace: whoever asks for what ends after the last one he has misses none.
  end_time timestamptz not null,
  file_name text not null,
  blob text not null references blobs (name),
  bytes bigint not null,
  sha256 text not null,
  events integer not null,
  made_at timestamptz not null
);
create unique index compliance_log_files_by_end on compliance_log_files (workspace_id, end_time);

-- How far everything is sealed: written in the transaction that registers the files. Its lock keeps two sealers apart.
create table compliance_log_marks (
  workspace_id text primary key references workspaces (id) on delete cascade,
  -- activity_events.seq
  activity_seq bigint not null default 0,
  -- audit_chain.seq
  audit_seq bigint not null default 0,
  -- Costs are sealed of the model calls that arrived before; all of these have smaller numbers than the next one to look at.
  costs_until timestamptz,
  costs_seq bigint not null default 0,
  last_end_time timestamptz
);
