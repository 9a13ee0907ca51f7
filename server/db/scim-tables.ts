import type { Generated } from 'kysely';
import type { Json, Timestamp } from './column-types.ts';

/** What the identity provider says about members and groups it manages. */
export interface ScimTables {
  scim_users: {
    member_id: string;
    workspace_id: string;
    user_name: string;
    external_id: string | null;
    active: boolean;
    was_suspended: Generated<boolean>;
    attributes: Json<Record<string, unknown>>;
    version: Generated<number>;
    updated_at: Timestamp;
  };
  scim_groups: {
    group_id: string;
    workspace_id: string;
    external_id: string | null;
    version: Generated<number>;
    updated_at: Timestamp;
  };
  scim_contacts: {
    workspace_id: string;
    last_request_at: Timestamp;
    last_error_at: Timestamp | null;
    last_error: Json<{ status: number; method: string; path: string; detail: string }> | null;
  };
}
