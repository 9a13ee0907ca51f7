-- API keys of the workspace: for programs, not for people. A key belongs to the workspace and stays when whoever made it leaves.
create table workspace_keys (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  scopes jsonb not null,
  allowed_ips jsonb not null,
  created_by text references members (id) on delete set null,
  created_by_name text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  last_used_ip text,
  revoked_at timestamptz,
  -- How many days before the end its people were told last.
  noticed_days integer
);
create index workspace_keys_newest on workspace_keys (workspace_id, created_at desc, id desc);

-- A rotated key has two for a while: the new one, and the former one until `ends_at`.
create table workspace_key_secrets (
  token_hash text primary key,
  key_id text not null references workspace_keys (id) on delete cascade,
  hint text not null,
  created_at timestamptz not null,
  ends_at timestamptz
);
create index workspace_key_secrets_by_key on workspace_key_secrets (key_id);

alter table access_tokens add column scopes jsonb not null default '["policy.read", "models.call"]';
alter table access_tokens add column noticed_days integer;
create index access_tokens_by_end on access_tokens (expires_at) where revoked_at is null;

alter table workspaces add column access_token_max_days integer not null default 365;
alter table workspaces add column key_max_days integer not null default 365;

create trigger announce_access_change after update of workspace_id, name, scopes, allowed_ips, expires_at, revoked_at or delete or truncate on workspace_keys for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after update of token_hash, key_id, ends_at or delete or truncate on workspace_key_secrets for each statement execute function reeve_announce_access_change();
create trigger announce_token_scopes after update of scopes on access_tokens for each statement execute function reeve_announce_access_change();
