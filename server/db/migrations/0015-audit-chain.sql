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
    'UTF8')), 'hex')) on conflict (event_id) do nothing; -- RFC 8785 of the link; one that is there stays, whoever takes its seal away
  return null; --
end
$$;

create constraint trigger chain_audit_event after insert or update of seal on audit_events deferrable initially deferred for each row when (new.seal is not null) execute function reeve_chain_audit_event();

-- Signs checkpoints. Former ones stay: what they signed is verified with them.
create table audit_keys (
  kid text primary key,
  sealed_private_jwk text not null,
  public_jwk jsonb not null,
  -- The former key's signature under this one (JWS); null for the first.
  rotation text,
  created_at timestamptz not null,
  retired_at timestamptz
);

-- Signed statements about the first `size` links of a chain.
create table audit_checkpoints (
  chain text not null,
  number bigint not null,
  size bigint not null,
  root text not null,
  at timestamptz not null,
  -- Compact JWS, EdDSA.
  jws text not null,
  primary key (chain, number)
);

-- Roots of complete subtrees of 2^level links, for levels 8 and 16, so that a proof does not read every link.
create table audit_tree (
  chain text not null,
  level integer not null,
  index bigint not null,
  hash text not null,
  primary key (chain, level, index)
);

-- Where each checkpoint has to go and whether it has arrived.
create table audit_copies (
  chain text not null,
  number bigint not null,
  -- 'blobs', 'folder', 'webhook' or 'time-stamp'.
  place text not null,
  attempts integer not null default 0,
  next_at timestamptz not null,
  problem text,
  done_at timestamptz,
  -- What the place answered: the time stamp (RFC 3161), in base64.
  answer text,
  primary key (chain, number, place)
);
create index audit_copies_waiting on audit_copies (next_at) where done_at is null;

-- A look at the whole chain that somebody asked for, with how far it is.
create table audit_verifications (
  id text primary key,
  chain text not null,
  started_by text not null,
  started_at timestamptz not null,
  -- Moves while it runs.
  alive_at timestamptz not null,
  checked bigint not null default 0,
  total bigint not null,
  ended_at timestamptz,
  report jsonb
);
create index audit_verifications_newest on audit_verifications (chain, started_at desc);
