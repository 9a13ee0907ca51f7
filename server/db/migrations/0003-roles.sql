-- Custom roles. `permissions` is a list of permission ids; those this version does not know grant nothing.
create table roles (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  permissions jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index roles_by_name on roles (workspace_id, lower(name));

-- Who has which role: a member themselves, or everybody in a group. `role_id` is a built-in role or an id of `roles`; a role that is not
-- there grants nothing.
create table role_grants (
  workspace_id text not null references workspaces (id) on delete cascade,
  role_id text not null,
  member_id text references members (id) on delete cascade,
  group_id text references groups (id) on delete cascade,
  granted_at timestamptz not null,
  check (num_nonnulls(member_id, group_id) = 1),
  check (role_id <> 'owner' or member_id is not null)
);
create unique index role_grants_by_member on role_grants (member_id, role_id) where member_id is not null;
create unique index role_grants_by_group on role_grants (group_id, role_id) where group_id is not null;
create index role_grants_by_role on role_grants (workspace_id, role_id);

insert into role_grants (workspace_id, role_id, member_id, granted_at)
  select workspace_id, role, id, created_at from members where role <> 'member';

-- What members without any role have; null: nothing.
alter table workspaces add column default_role_id text default 'codex-user';

drop trigger announce_access_change on members;
alter table members drop column role;
alter table members drop constraint members_status_check;
alter table members add constraint members_status_check check (status in ('invited', 'active', 'suspended', 'deprovisioned'));
-- Who decides about the row: people in the console, the identity provider through SCIM, or a first single sign-on.
alter table members add column source text not null default 'manual' check (source in ('manual', 'scim', 'sso'));
alter table groups add column source text not null default 'manual' check (source in ('manual', 'scim'));

-- How a session came to be, and when its holder last showed a second factor.
alter table sessions add column method text not null default 'password' check (method in ('password', 'sso', 'passkey', 'link'));
alter table sessions add column second_factor_at timestamptz;

create trigger announce_access_change after update of workspace_id, email, name, status or delete or truncate on members for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on roles for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on role_grants for each statement execute function reeve_announce_access_change();
create trigger announce_default_role after update of default_role_id on workspaces for each statement execute function reeve_announce_access_change();
