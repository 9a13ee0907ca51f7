-- What the identity provider says about a member it manages. `attributes` is the whole resource as it was sent, checked against the schema;
-- the columns beside it are what is looked up. `version` is the ETag.
create table scim_users (
  member_id text primary key references members (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  user_name text not null,
  external_id text,
  active boolean not null,
  -- Suspended by hand before it was deprovisioned: coming back does not lift that.
  was_suspended boolean not null default false,
  attributes jsonb not null,
  version integer not null default 1,
  updated_at timestamptz not null
);
-- RFC 7643 §4.1.1: userName is unique and its case does not matter.
create unique index scim_users_by_user_name on scim_users (workspace_id, lower(user_name));
create index scim_users_by_external_id on scim_users (workspace_id, external_id);
create index scim_users_by_member on scim_users (workspace_id, member_id);

create table scim_groups (
  group_id text primary key references groups (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  external_id text,
  version integer not null default 1,
  updated_at timestamptz not null
);
create index scim_groups_by_external_id on scim_groups (workspace_id, external_id);
create index scim_groups_by_group on scim_groups (workspace_id, group_id);

-- What the page about provisioning shows of the identity provider's calls.
create table scim_contacts (
  workspace_id text primary key references workspaces (id) on delete cascade,
  last_request_at timestamptz not null,
  last_error_at timestamptz,
  last_error jsonb
);
