import type { Generated } from 'kysely';
import type { PolicyTest } from '#contract/policies.ts';
import type { GeneratedJson, Json, Timestamp } from './column-types.ts';

export interface Author {
  id: string | null;
  label: string;
}

export interface OrderItem {
  groupId: string;
  groupName: string;
  policyId: string;
}

/** Policies: what is published, drafts, versions, the order, states of everything, and what reached whom. */
export interface PolicyTables {
  policies: {
    id: string;
    workspace_id: string;
    number: Generated<number>;
    name: string;
    contents: string;
    defaults: Generated<string>;
    tests: GeneratedJson<PolicyTest[]>;
    contact: Generated<string>;
    explains_rules: Generated<boolean>;
    revision: number;
    created_at: Timestamp;
    updated_at: Timestamp;
    updated_by: string | null;
    deleted_at: Generated<Timestamp | null>;
  };
  policy_drafts: {
    policy_id: string;
    workspace_id: string;
    version: number;
    based_on: number;
    name: string;
    contents: string;
    defaults: string;
    tests: Json<PolicyTest[]>;
    contact: string;
    explains_rules: boolean;
    restored_from: number | null;
    authors: Json<Author[]>;
    updated_at: Timestamp;
    updated_by: string;
  };
  policy_revisions: {
    workspace_id: string;
    policy_id: string;
    revision: number;
    name: string;
    contents: string;
    defaults: Generated<string>;
    tests: GeneratedJson<PolicyTest[]>;
    contact: Generated<string>;
    explains_rules: Generated<boolean>;
    message: Generated<string>;
    approved_by: Generated<string | null>;
    restored_from: Generated<number | null>;
    created_at: Timestamp;
    created_by: string | null;
  };
  policy_requests: {
    id: string;
    workspace_id: string;
    policy_id: string;
    draft_version: number;
    message: string;
    authors: Json<Author[]>;
    state: 'open' | 'approved' | 'declined' | 'withdrawn';
    requested_at: Timestamp;
    requested_by_id: string | null;
    requested_by: string;
    decided_at: Timestamp | null;
    decided_by: string | null;
    reason: Generated<string>;
  };
  policy_assignments: { workspace_id: string; position: number; group_id: string; policy_id: string };
  policy_orders: {
    workspace_id: string;
    version: number;
    items: Json<OrderItem[]>;
    fallback_policy_id: string | null;
    baseline_policy_id: string | null;
  };
  policy_releases: {
    workspace_id: string;
    number: number;
    at: Timestamp;
    by: string;
    kind: 'start' | 'publication' | 'order' | 'deletion' | 'roll-back' | 'folder' | 'group-deletion';
    summary: string;
    order_version: number;
    revisions: Json<Record<string, number>>;
  };
  policy_deliveries: {
    workspace_id: string;
    member_id: string;
    policy_key: string;
    delivered_at: Timestamp;
    superseded_at: Timestamp | null;
  };
  policy_receipts: {
    workspace_id: string;
    member_id: string;
    policy_key: string;
    policy_id: string | null;
    revision: number;
    client: string;
    client_version: string;
    form: 'bundle' | 'requirements';
    first_at: Timestamp;
    last_at: Timestamp;
    fetches: number;
  };
}
