import type { ColumnType, Generated } from 'kysely';
import type { Json, Timestamp } from './column-types.ts';

export interface AuditErasure {
  /** The event that recorded the order to erase. */
  order: string;
  /** ISO 8601. */
  at: string;
  fields: string[];
}

/** Where a checkpoint goes besides the database. */
export type CopyPlace = 'blobs' | 'folder' | 'webhook' | 'time-stamp';

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
  audit_keys: {
    kid: string;
    sealed_private_jwk: string;
    public_jwk: Json<Record<string, unknown>>;
    rotation: string | null;
    created_at: Timestamp;
    retired_at: Timestamp | null;
  };
  audit_checkpoints: { chain: string; number: number; size: number; root: string; at: Timestamp; jws: string };
  audit_tree: { chain: string; level: number; index: number; hash: string };
  audit_copies: {
    chain: string;
    number: number;
    place: CopyPlace;
    attempts: Generated<number>;
    next_at: Timestamp;
    problem: string | null;
    done_at: Timestamp | null;
    answer: string | null;
  };
  audit_verifications: {
    id: string;
    chain: string;
    started_by: string;
    started_at: Timestamp;
    alive_at: Timestamp;
    checked: Generated<number>;
    total: number;
    ended_at: Timestamp | null;
    report: OptionalJson<Record<string, unknown>>;
  };
}
