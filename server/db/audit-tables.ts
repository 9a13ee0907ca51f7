import type { ColumnType } from 'kysely';
import type { Json, Timestamp } from './column-types.ts';

export interface AuditErasure {
  /** The event that recorded the order to erase. */
  order: string;
  /** ISO 8601. */
  at: string;
  fields: string[];
}

type OptionalJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>;

/** Who did what, and what proves that it stays so. */
export interface AuditTables {
  audit_events: {
    id: string;
    workspace_id: string | null;
    at: Timestamp;
    event: string;
    actor_kind: 'member' | 'key' | 'client' | 'system' | 'anonymous';
    actor_id: string | null;
    actor_label: string;
    subject_kind: string | null;
    subject_id: string | null;
    subject_label: string | null;
    payload: Json<Record<string, unknown>>;
    ip: string | null;
    seal: ColumnType<string | null, string | null | undefined, string | null>;
    salts: OptionalJson<(string | null)[]>;
    erasures: OptionalJson<AuditErasure[]>;
  };
  audit_chain: { chain: string; seq: number; event_id: string; previous: string; hash: string };
}
