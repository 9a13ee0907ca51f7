import type { Timestamp } from './column-types.ts';

export interface TelemetryTables {
  telemetry_senders: {
    workspace_id: string;
    /** `2026-11-26`, UTC. */
    day: string;
    member_id: string;
    signal: 'logs' | 'metrics' | 'traces';
    records: number;
    last_at: Timestamp;
  };
}
