import type { Generated } from 'kysely';
import type { Json, Timestamp } from './column-types.ts';

/** What members show besides, or instead of, a password. */
export interface SecondFactorTables {
  passkeys: {
    id: string;
    workspace_id: string;
    member_id: string;
    name: string;
    public_key: string;
    counter: number;
    transports: Json<string[]>;
    is_backed_up: boolean;
    created_at: Timestamp;
    last_used_at: Timestamp | null;
  };
  totp_secrets: {
    id: string;
    workspace_id: string;
    member_id: string;
    sealed_secret: string;
    last_step: number | null;
    created_at: Timestamp;
    confirmed_at: Timestamp | null;
  };
  recovery_codes: {
    id: string;
    workspace_id: string;
    member_id: string;
    code_hash: string;
    created_at: Timestamp;
    used_at: Timestamp | null;
  };
  webauthn_challenges: {
    challenge: string;
    purpose: 'registration' | 'sign-in' | 'second-factor' | 'step-up';
    member_id: string | null;
    expires_at: Timestamp;
  };
  pending_sign_ins: {
    id: string;
    workspace_id: string;
    member_id: string;
    token_hash: string;
    wrong_attempts: Generated<number>;
    created_at: Timestamp;
    expires_at: Timestamp;
  };
}
