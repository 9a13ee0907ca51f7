-- Credentials of WebAuthn (passkeys and security keys). `id` is the credential's own, base64url.
create table passkeys (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  name text not null,
  public_key text not null,
  counter bigint not null,
  transports jsonb not null,
  is_backed_up boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_by_member on passkeys (member_id);

-- The secret of an authenticator app. One that is being set up stands beside the one in use until a code has confirmed it.
create table totp_secrets (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  sealed_secret text not null,
  -- The 30-second step of the last code that was taken: neither it nor an earlier one is taken again (RFC 6238 §5.2).
  last_step bigint,
  created_at timestamptz not null,
  confirmed_at timestamptz
);
create unique index totp_secrets_in_use on totp_secrets (member_id) where confirmed_at is not null;
create unique index totp_secrets_in_set_up on totp_secrets (member_id) where confirmed_at is null;

create table recovery_codes (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  code_hash text not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create unique index recovery_codes_by_hash on recovery_codes (member_id, code_hash);

-- What a passkey has to sign. Single use: the answer deletes it. `member_id` null: whoever signs in by passkey alone is not known yet.
create table webauthn_challenges (
  challenge text primary key,
  purpose text not null check (purpose in ('registration', 'sign-in', 'second-factor', 'step-up')),
  member_id text references members (id) on delete cascade,
  expires_at timestamptz not null
);
create index webauthn_challenges_by_expiry on webauthn_challenges (expires_at);

-- Between the right password and the second factor. Its token is a cookie of the browser that knew the password.
create table pending_sign_ins (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  member_id text not null references members (id) on delete cascade,
  token_hash text not null unique,
  wrong_attempts integer not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index pending_sign_ins_by_member on pending_sign_ins (member_id);

-- Whom the workspace asks for a second factor, and from when on. Before that day they are reminded.
alter table workspaces add column second_factor_rule text not null default 'off' check (second_factor_rule in ('off', 'admins', 'everyone'));
alter table workspaces add column second_factor_grace_until timestamptz;
