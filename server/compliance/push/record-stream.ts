import type { PushedType } from '#contract/compliance-destinations.ts';
import type { Database } from '#server/db/open-database.ts';
import type { ComplianceRecord } from './compliance-record.ts';

export interface StreamedRecord {
  /** Grows with every record of its stream. */
  position: number;
  record: ComplianceRecord;
}

export interface StreamPart {
  workspaceId: string;
  type: PushedType;
  /** What comes behind this position. */
  after: number;
  limit: number;
  withContent: boolean;
}

/** Compliance records in the order in which they arrived, as long as they are kept. */
export interface RecordStream {
  /** Everything up to here is committed: what comes later gets a larger position. */
  end(workspaceId: string, type: PushedType): Promise<number>;
  /** `upTo` is how far was looked, also past rows that make no record. */
  read(db: Database, part: StreamPart): Promise<{ records: StreamedRecord[]; upTo: number }>;
  /** At most `limit` are counted. */
  waiting(db: Database, part: Omit<StreamPart, 'withContent'>): Promise<{ count: number; since: Date | null }>;
}
