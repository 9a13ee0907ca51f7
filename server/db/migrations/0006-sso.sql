-- Connections to identity providers. `settings` is what the protocol needs besides secrets (OidcSettings or SamlSettings of the contract),
-- null until it is filled in. `settings_version` counts changes of what a test proves; a connection is enabled on the version that was tested.
create table sso_connections (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  kind text not null check (kind in ('oidc', 'saml')),
  name text not null,
  status text not null default 'draft' check (status in ('draft', 'enabled', 'disabled')),
  settings jsonb,
  settings_version integer not null default 1,
  sealed_client_secret text,
  sealed_signing_keys text,
  claims jsonb not null,
  just_in_time jsonb not null,
  group_mappings jsonb not null,
  required_context jsonb not null,
  last_test jsonb,
  tested_version integer,
  last_used_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index sso_connections_by_name on sso_connections (workspace_id, lower(name));

-- E-mail domains the workspace has proved to own by a DNS TXT record.
create table email_domains (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  domain text not null check (domain = lower(domain)),
  status text not null default 'pending' check (status in ('pending', 'verified')),
  txt_value text not null,
  connection_id text references sso_connections (id) on delete set null,
  created_at timestamptz not null,
  verified_at timestamptz,
  last_checked_at timestamptz,
  last_check text,
  -- Since when the record of a verified domain has been gone.
  missing_since timestamptz,
  unique (workspace_id, domain)
);
create unique index email_domains_verified on email_domains (domain) where status = 'verified';
create index email_domains_by_connection on email_domains (connection_id);

-- A sign-in under way at an identity provider: single use, expiring, bound to the browser that started it. Everything secret about it is
-- hashed or derived from the browser's cookie, so a stolen table finishes nothing.
create table sso_attempts (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  connection_id text not null references sso_connections (id) on delete cascade,
  settings_version integer not null,
  purpose text not null check (purpose in ('sign-in', 'step-up', 'test')),
  state_hash text not null unique,
  browser_hash text not null,
  -- SAML: the AuthnRequest's id, which the response names in InResponseTo.
  request_id_hash text unique,
  next_path text not null,
  -- Whoever tests a connection or confirms who they are; null when somebody signs in.
  member_id text references members (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index sso_attempts_by_expiry on sso_attempts (expires_at);

-- Whom an identity provider's subject is here.
create table sso_accounts (
  connection_id text not null references sso_connections (id) on delete cascade,
  subject text not null,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  linked_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (connection_id, subject)
);
create unique index sso_accounts_by_member on sso_accounts (member_id, connection_id);

-- SAML: assertions that were used, until they would have expired anyway.
create table sso_used_assertions (
  connection_id text not null references sso_connections (id) on delete cascade,
  assertion_hash text not null,
  expires_at timestamptz not null,
  primary key (connection_id, assertion_hash)
);
create index sso_used_assertions_by_expiry on sso_used_assertions (expires_at);

-- Both are read where a session starts and remembered nowhere, so neither announces an access change.
alter table workspaces add column sso_required boolean not null default false;
alter table members add column is_break_glass boolean not null default false;

-- `sealed_sso_logout_hint` is what the identity provider wants back to end its own session: an ID token, or NameID and session index.
alter table sessions add column sso_connection_id text references sso_connections (id) on delete set null;
alter table sessions add column sealed_sso_logout_hint text;
