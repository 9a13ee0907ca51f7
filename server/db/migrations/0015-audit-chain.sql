-- What is hashed of an entry, as RFC 8785 writes it: personal values stand in it as salted commitments. Never changes, also when somebody's
-- values are erased. Null for entries from before the chain, until the server has sealed them.
alter table audit_events add column seal text;
-- One for each commitment in `seal`, in its order; null where the value was erased, so that nobody can guess it.
alter table audit_events add column salts jsonb;
-- Why values are gone: [{"order": the event that recorded it, "at": when, "fields": ["actor.label"]}].
alter table audit_events add column erasures jsonb;
create index audit_events_unsealed on audit_events (at, id) where seal is null;
create index audit_events_by_actor on audit_events (workspace_id, actor_id, at desc);

-- One link an entry, gapless from 1. `chain` is the workspace, or 'installation'. No foreign key: a link stays, or its absence would hide one.
create table audit_chain (
  chain text not null,
  seq bigint not null,
  event_id text not null unique,
  previous text not null,
  hash text not null,
  primary key (chain, seq)
);

-- Links an entry when its transaction commits: the lock is held by nobody for longer than a commit takes, and whoever has it waits for no
-- other, so it cannot be part of a deadlock. Numbers become visible in their order. Two numbers of our own (7253, 2), as in
-- server/activity/activity-lock.ts.
create function reeve_chain_audit_event() returns trigger language plpgsql as $$
declare
  of_chain text := coalesce(new.workspace_id, 'installation'); -- whose log it is
  last_seq bigint; -- 0 before the first
  last_hash text; -- 64 zeros before the first
  content text := encode(sha256(convert_to(new.seal, 'UTF8')), 'hex'); -- SHA-256 of what is sealed
begin
  perform pg_advisory_xact_lock(7253, 2); -- until the end of this commit
  select c.seq, c.hash into last_seq, last_hash from audit_chain c where c.chain = of_chain order by c.seq desc limit 1; -- what is committed, and our own
  last_seq := coalesce(last_seq, 0); --
  last_hash := coalesce(last_hash, repeat('0', 64)); --
  insert into audit_chain (chain, seq, event_id, previous, hash) values (of_chain, last_seq + 1, new.id, last_hash, encode(sha256(convert_to(
    '{"chain":"' || of_chain || '","content":"' || content || '","previous":"' || last_hash || '","seq":' || (last_seq + 1) || ',"v":1}',
    'UTF8')), 'hex')); -- RFC 8785 of the link
  return null; --
end
$$;

create constraint trigger chain_audit_event after insert or update of seal on audit_events deferrable initially deferred for each row when (new.seal is not null) execute function reeve_chain_audit_event();
