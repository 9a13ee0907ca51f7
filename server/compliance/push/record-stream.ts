import type { Database } from '#server/db/open-database.ts';
import type { ComplianceRecord } from './compliance-record.ts';

/** Where records come from. A type may have records of both. */
export type RecordOrigin = 'activity' | 'audit';

export interface PositionedRecord {
  /** Never smaller than that of the record before. */
  position: number;
  record: ComplianceRecord;
}

export interface PartToRead {
  workspaceId: string;
  /** What comes behind this position. */
  after: number;
  /** Rows of the origin, which make none, one or several records. */
  limit: number;
  withContent: boolean;
}

/** Compliance records in the order in which they arrived, as long as they are kept. */
export interface RecordStream {
  origin: RecordOrigin;
  /** Everything up to here is committed: what comes later gets a larger position. */
  end(workspaceId: string): Promise<number>;
  /** `readTo` is how far was looked, also past rows that make no record. */
  read(db: Database, part: PartToRead): Promise<{ records: PositionedRecord[]; readTo: number }>;
}
