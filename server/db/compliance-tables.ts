import type { ColumnType, Generated } from 'kysely';
import type { ComplianceLogType } from '#contract/compliance.ts';
import type { Timestamp } from './column-types.ts';

type OptionalJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>;

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
    /** Ids of the members whose lines it holds; null until somebody had to know. */
    people: OptionalJson<string[]>;
    /** When what it tells of had ended, where it took another file's place. */
    ended_at: Generated<Timestamp | null>;
  };
  compliance_log_marks: {
    workspace_id: string;
    activity_seq: Generated<number>;
    audit_seq: Generated<number>;
    costs_until: Timestamp | null;
    costs_seq: Generated<number>;
    last_end_time: Timestamp | null;
  };
}
