-- A policy is what is published; the draft stands beside it, and every published version stays. `revision` 0: never published.
alter table policies add column number integer not null default 0;
update policies set number = counted.place from (select id, row_number() over (partition by workspace_id order by created_at, id) as place from policies) counted where counted.id = policies.id;
create unique index policies_by_number on policies (workspace_id, number) where number > 0;
alter table policies add column defaults text not null default '';
alter table policies add column tests jsonb not null default '[]';
alter table policies add column contact text not null default '';
alter table policies add column explains_rules boolean not null default false;
alter table policies add column deleted_at timestamptz;
drop index policies_by_name;
create unique index policies_by_name on policies (workspace_id, lower(name)) where deleted_at is null;

alter table policy_revisions add column defaults text not null default '';
alter table policy_revisions add column tests jsonb not null default '[]';
alter table policy_revisions add column contact text not null default '';
alter table policy_revisions add column explains_rules boolean not null default false;
alter table policy_revisions add column message text not null default '';
alter table policy_revisions add column approved_by text;
alter table policy_revisions add column restored_from integer;

create table policy_drafts (
  policy_id text primary key references policies (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  version integer not null,
  based_on integer not null,
  name text not null,
  contents text not null,
  defaults text not null,
  tests jsonb not null,
  contact text not null,
  explains_rules boolean not null,
  -- The version that was brought back; it counts at publishing if the draft is still the same.
  restored_from integer,
  -- Who had a hand in it: id and label of each. Whoever is in here cannot approve it.
  authors jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null
);

create table policy_requests (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  policy_id text not null references policies (id) on delete cascade,
  draft_version integer not null,
  message text not null,
  authors jsonb not null,
  state text not null check (state in ('open', 'approved', 'declined', 'withdrawn')),
  requested_at timestamptz not null,
  requested_by_id text,
  requested_by text not null,
  decided_at timestamptz,
  decided_by text,
  reason text not null default ''
);
create unique index policy_requests_open on policy_requests (policy_id) where state = 'open';
create index policy_requests_by_workspace on policy_requests (workspace_id, requested_at) where state = 'open';

alter table workspaces add column baseline_policy_id text references policies (id);
alter table workspaces add column policy_second_approver boolean not null default false;
alter table workspaces add column policies_frozen_at timestamptz;
alter table workspaces add column policies_frozen_by text;
alter table workspaces add column policies_frozen_because text;
alter table workspaces add column policies_managed_by text;
alter table workspaces add column policy_release integer not null default 0;

create unique index policy_assignments_by_group on policy_assignments (group_id);

-- Each order that was ever in force, once. `items`: group id and name, policy id, in order.
create table policy_orders (
  workspace_id text not null references workspaces (id) on delete cascade,
  version integer not null,
  items jsonb not null,
  fallback_policy_id text,
  baseline_policy_id text,
  primary key (workspace_id, version)
);

-- Each state of everything: which version of each policy, under which order. `revisions`: policy id to revision.
create table policy_releases (
  workspace_id text not null references workspaces (id) on delete cascade,
  number integer not null,
  at timestamptz not null,
  by text not null,
  kind text not null check (kind in ('start', 'publication', 'order', 'deletion', 'roll-back', 'folder', 'group-deletion')),
  summary text not null,
  order_version integer not null,
  revisions jsonb not null,
  primary key (workspace_id, number)
);

-- What was there before is the first state.
insert into policy_orders (workspace_id, version, items, fallback_policy_id, baseline_policy_id) select w.id, w.policy_assignments_version, coalesce((select jsonb_agg(jsonb_build_object('groupId', a.group_id, 'groupName', g.name, 'policyId', a.policy_id) order by a.position) from policy_assignments a join groups g on g.id = a.group_id where a.workspace_id = w.id), '[]'::jsonb), w.fallback_policy_id, null from workspaces w;
insert into policy_releases (workspace_id, number, at, by, kind, summary, order_version, revisions) select w.id, 1, w.updated_at, 'Reeve', 'start', 'The state when versions of everything began to be kept.', w.policy_assignments_version, coalesce((select jsonb_object_agg(p.id, p.revision) from policies p where p.workspace_id = w.id), '{}'::jsonb) from workspaces w;
update workspaces set policy_release = 1;

-- Who fetched which version, when, with which client. `policy_key` as in policy_deliveries.
create table policy_receipts (
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  policy_key text not null,
  policy_id text,
  revision integer not null,
  client text not null,
  client_version text not null,
  form text not null check (form in ('bundle', 'requirements')),
  first_at timestamptz not null,
  last_at timestamptz not null,
  fetches integer not null,
  primary key (member_id, policy_key, client, client_version, form)
);
create index policy_receipts_newest on policy_receipts (workspace_id, last_at desc, member_id);

drop trigger announce_access_change on workspaces;
create trigger announce_access_change after update of name, codex_local_enabled, record_content_enabled, api_keys_allowed, old_clients_allowed, policy_grace_minutes, fallback_policy_id, baseline_policy_id or delete or truncate on workspaces for each statement execute function reeve_announce_access_change();
