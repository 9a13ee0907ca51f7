import type { Generated } from 'kysely';
import type { z } from 'zod';
import type {
  ClaimMapping,
  GroupMapping,
  JustInTimeRule,
  OidcSettings,
  RequiredContext,
  SamlSettings,
  TestResult,
} from '#contract/sso.ts';
import type { Json, Timestamp } from './column-types.ts';

/** Single sign-on: connections, what was proved, and sign-ins under way. */
export interface SsoTables {
  sso_connections: {
    id: string;
    workspace_id: string;
    kind: 'oidc' | 'saml';
    name: string;
    status: Generated<'draft' | 'enabled' | 'disabled'>;
    settings: Json<z.infer<typeof OidcSettings> | z.infer<typeof SamlSettings> | null> | null;
    settings_version: Generated<number>;
    sealed_client_secret: string | null;
    sealed_signing_keys: string | null;
    claims: Json<z.infer<typeof ClaimMapping>>;
    just_in_time: Json<JustInTimeRule>;
    group_mappings: Json<z.infer<typeof GroupMapping>[]>;
    required_context: Json<z.infer<typeof RequiredContext>>;
    last_test: Json<TestResult | null> | null;
    tested_version: number | null;
    last_used_at: Timestamp | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  email_domains: {
    id: string;
    workspace_id: string;
    domain: string;
    status: Generated<'pending' | 'verified'>;
    txt_value: string;
    connection_id: string | null;
    created_at: Timestamp;
    verified_at: Timestamp | null;
    last_checked_at: Timestamp | null;
    last_check: string | null;
    missing_since: Timestamp | null;
  };
  sso_attempts: {
    id: string;
    workspace_id: string;
    connection_id: string;
    settings_version: number;
    purpose: 'sign-in' | 'step-up' | 'test';
    state_hash: string;
    browser_hash: string;
    request_id_hash: string | null;
    next_path: string;
    member_id: string | null;
    created_at: Timestamp;
    expires_at: Timestamp;
    used_at: Timestamp | null;
  };
  sso_accounts: {
    connection_id: string;
    subject: string;
    workspace_id: string;
    member_id: string;
    linked_at: Timestamp;
    last_used_at: Timestamp;
  };
  sso_used_assertions: { connection_id: string; assertion_hash: string; expires_at: Timestamp };
}
