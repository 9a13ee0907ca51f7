import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Without a registry, counts that nobody reads. Labels are signals and codes, never names that clients can make up. */
export function createIngestMetrics(registry: Registry = new Registry()) {
  const registers = [registry];
  return {
    accepted: new Counter({
      name: 'reeve_telemetry_records_accepted_total',
      help: 'Telemetry records of clients that were taken, repeated ones included',
      labelNames: ['signal'],
      registers,
    }),
    duplicates: new Counter({
      name: 'reeve_telemetry_events_known_total',
      help: 'Events that a client or another source had reported before and that told nothing new',
      registers,
    }),
    rejected: new Counter({
      name: 'reeve_telemetry_records_rejected_total',
      help: 'Single records that could not be read, in requests that were taken',
      registers,
    }),
    refused: new Counter({
      name: 'reeve_telemetry_requests_refused_total',
      help: 'Telemetry requests that were refused, by the code of the error',
      labelNames: ['code'],
      registers,
    }),
    waiting: new Gauge({
      name: 'reeve_telemetry_waiting_events',
      help: 'Events that are read and not written yet',
      registers,
    }),
    batch: new Histogram({
      name: 'reeve_telemetry_batch_events',
      help: 'Events written in one transaction',
      buckets: [1, 10, 50, 100, 500, 1_000, 2_000, 4_000],
      registers,
    }),
  };
}
