/** One line of the compliance logs, as a destination gets it: the same as in the sealed log files. */
export interface ComplianceRecord {
  event_id: string;
  type: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  [field: string]: unknown;
}
