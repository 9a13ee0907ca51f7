-- What tokens cost, from a moment on. Rows are added, never changed: what a call cost stays explicable. In force at a moment is the row with
-- the latest `valid_from` up to it; of several with the same one, the one recorded last.
create table model_prices (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  -- Null: the rate of the unit for everything that has no price of its own in it. No foreign key: prices outlive the model.
  model text,
  -- 'usd' or 'credits'. Another currency is another unit.
  unit text not null check (unit in ('usd', 'credits')),
  -- For a model, in the unit. All null: no price from then on.
  input_per_million double precision,
  cached_input_per_million double precision,
  output_per_million double precision,
  -- For the whole workspace: what one US dollar is in the unit. Null: nothing from then on.
  per_usd double precision,
  -- 1970: from the beginning.
  valid_from timestamptz not null,
  recorded_at timestamptz not null,
  recorded_by text not null,
  -- Why the past was corrected; null for a price that began when it was recorded, or later.
  message text,
  withdrawn_at timestamptz,
  withdrawn_by text,
  check (model is null or per_usd is null),
  check (model is not null or (unit <> 'usd' and input_per_million is null and cached_input_per_million is null and output_per_million is null)),
  check ((input_per_million is null) = (output_per_million is null)),
  check (cached_input_per_million is null or input_per_million is not null)
);
create index model_prices_by_model on model_prices (workspace_id, model, unit, valid_from, recorded_at);

-- Spans of calls whose price was corrected. The job goes from the oldest call to the newest and notes its place with each batch.
create table price_corrections (
  price_id text primary key references model_prices (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  -- Null: calls of every model.
  model text,
  from_at timestamptz not null,
  -- Null: without end.
  until_at timestamptz,
  place_at timestamptz,
  place_id text,
  -- Calls that ran when the correction was recorded end under the former price: those that began since are looked at once more.
  again_from timestamptz not null,
  is_again boolean not null default false,
  calls_done integer not null default 0,
  calls_changed integer not null default 0,
  finished_at timestamptz
);
create index price_corrections_open on price_corrections (workspace_id) where finished_at is null;

insert into model_prices (id, workspace_id, model, unit, input_per_million, cached_input_per_million, output_per_million, valid_from, recorded_at, recorded_by) select 'price_' || replace(gen_random_uuid()::text, '-', ''), workspace_id, slug, 'usd', input_usd_per_million, cached_input_usd_per_million, output_usd_per_million, '1970-01-01T00:00:00Z', created_at, 'Reeve' from models where input_usd_per_million is not null and output_usd_per_million is not null;

alter table models drop column input_usd_per_million;
alter table models drop column cached_input_usd_per_million;
alter table models drop column output_usd_per_million;

-- At the end, as `json_populate_recordset` names them.
alter table model_calls add column credits double precision;

create trigger announce_access_change after insert or update or delete or truncate on model_prices for each statement execute function reeve_announce_access_change();

-- Lines of code that clients report as accepted: few among all events, and read by day for the usage report.
create index activity_events_accepted_lines on activity_events (workspace_id, at) where kind = 'client.reported' and detail ? 'addedLines';
