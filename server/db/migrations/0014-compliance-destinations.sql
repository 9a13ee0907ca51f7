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

-- Up to where a destination has everything of a type. Written after the other side has taken it, never before.
create table compliance_positions (
  destination_id text not null references compliance_destinations (id) on delete cascade,
  event_type text not null,
  position bigint not null,
  primary key (destination_id, event_type)
);
