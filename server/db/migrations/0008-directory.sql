-- Part of a name or e-mail is found by index, on every engine and without an extension: all runs of three characters that it is made of.
create function reeve_grams(value text) returns text[] language sql immutable strict parallel safe as $$ select array(select substr(value, i, 3) from generate_series(1, length(value) - 2) i) $$;
create index members_by_text on members using gin (reeve_grams(lower(name) || ' ' || email));
create index members_by_status on members (workspace_id, status, lower(name), id);
create index members_by_source on members (workspace_id, source, lower(name), id);
