-- Processes keep facts that decide access in memory and forget them when the database says that one changed. A statement announces, whoever
-- makes it, with its commit. Columns that decide nothing (last_used_at, last_active_at, …) are left out, and so are rows that can only add
-- somebody: of those nothing is remembered yet.
create function reeve_announce_access_change() returns trigger language plpgsql as $$ begin notify reeve_access_changed; return null; end $$;

create trigger announce_access_change after update of name, codex_local_enabled, record_content_enabled, api_keys_allowed, old_clients_allowed, policy_grace_minutes, fallback_policy_id or delete or truncate on workspaces for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after update of workspace_id, email, name, role, status or delete or truncate on members for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after delete or truncate on groups for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on group_members for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after update of workspace_id, member_id, oauth_grant_id, revoked_at or delete or truncate on client_grants for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after update of workspace_id, member_id, kind, token_hash, expires_at, revoked_at or delete or truncate on access_tokens for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on policies for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on policy_assignments for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on models for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on model_upstreams for each statement execute function reeve_announce_access_change();
create trigger announce_access_change after insert or update or delete or truncate on secrets for each statement execute function reeve_announce_access_change();
