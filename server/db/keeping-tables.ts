import type { Generated } from 'kysely';
import type { RetentionKind } from '#contract/compliance-retention.ts';
import type { Json, Timestamp } from './column-types.ts';

/** How long what is kept, what is held, erased and handed out. */
export interface KeepingTables {
  compliance_retention: { workspace_id: string; kind: RetentionKind; days: number; updated_at: Timestamp };
  compliance_holds: {
    id: string;
    workspace_id: string;
    member_id: string;
    member_label: string;
    reason: string;
    placed_by: string;
    placed_at: Timestamp;
    lifted_by: string | null;
    lifted_at: Timestamp | null;
    lifted_because: string | null;
  };
  compliance_erasures: {
    id: string;
    workspace_id: string;
    member_id: string;
    member_label: string | null;
    reason: string;
    with_audit: boolean;
    ordered_by_id: string | null;
    ordered_by: string;
    ordered_at: Timestamp;
    state: 'running' | 'held' | 'done';
    step: 'content' | 'files' | 'audit' | 'done';
    done_to: Timestamp | null;
    contents: Generated<number>;
    files_looked: Generated<number>;
    files_total: Generated<number>;
    lines: Generated<number>;
    audit_entries: Generated<number>;
    finished_at: Timestamp | null;
    last_error: string | null;
  };
  compliance_replaced_files: {
    old_id: string;
    workspace_id: string;
    erasure_id: string;
    old_sha256: string;
    new_id: string;
    new_sha256: string;
    lines: number;
    replaced_at: Timestamp;
  };
  compliance_exports: {
    id: string;
    workspace_id: string;
    member_id: string;
    member_label: string;
    reason: string;
    ordered_by_id: string | null;
    ordered_by: string;
    ordered_at: Timestamp;
    state: 'running' | 'ready' | 'fetched' | 'expired' | 'failed';
    progress: Json<Record<string, number>>;
    blob: string | null;
    bytes: number | null;
    sha256: string | null;
    token_hash: string | null;
    token_expires_at: Timestamp | null;
    finished_at: Timestamp | null;
    fetched_at: Timestamp | null;
    expires_at: Timestamp;
    last_error: string | null;
  };
}
