-- What is said is kept per class of surfaces; what a workspace chose stays chosen.
alter table workspaces rename column record_content_enabled to local_content_kept;

-- Calls from before there were activity events, with the text that was kept of some. The server makes events of them and seals the text
-- when it starts, and empties this table.
create table former_calls (
  id text primary key,
  started_at timestamptz not null,
  request_text text,
  answer_text text
);
insert into former_calls (id, started_at, request_text, answer_text)
  select id, started_at, request_text, answer_text from model_calls where outcome <> 'running';
create index former_calls_oldest on former_calls (started_at);
alter table model_calls drop column request_text, drop column answer_text;

-- Only emptied from now on: what clients reported before becomes activity events in the same way.
comment on table client_events is 'Reports of clients from before they became activity events; emptied at the first start after.';

-- A thread's events lie together by their id where the thread's own id is a UUIDv7, as with stock clients; others are found by this.
create index activity_events_of_odd_threads on activity_events (workspace_id, thread_id, at)
  where thread_id !~ '^[0-9a-f]{8}-[0-9a-f]{4}-7';
-- The activity shows when a client first got a policy.
create index policy_receipts_first on policy_receipts (workspace_id, first_at desc);
