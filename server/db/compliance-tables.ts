import type { Generated } from 'kysely';
import type { ComplianceLogType } from '#contract/compliance.ts';
import type { Timestamp } from './column-types.ts';

/** Sealed files and what they are made from. */
export interface ComplianceTables {
  blobs: {
    name: string;
    sealed_key: string;
    bytes: number;
    sha256: string;
    stored_bytes: number;
    kept_at: Timestamp;
  };
  compliance_log_files: {
    id: string;
    workspace_id: string;
    event_type: ComplianceLogType;
    end_time: Timestamp;
    file_name: string;
    blob: string;
    bytes: number;
    sha256: string;
    events: number;
    made_at: Timestamp;
  };
  compliance_log_marks: {
    workspace_id: string;
    activity_seq: Generated<number>;
    audit_position: Generated<number>;
    costs_seq: Generated<number>;
    last_end_time: Timestamp | null;
  };
}
