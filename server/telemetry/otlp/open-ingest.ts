import type { Registry } from 'prom-client';
import type { AccessChanges } from '#server/db/access-changes.ts';
import { isDataError } from '#server/db/data-error.ts';
import { keepFacts } from '#server/db/keep-facts.ts';
import type { Services } from '#server/services.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { openIngestQueue } from './ingest-queue.ts';
import { readReporter } from './sender-queries.ts';
import { type ReadRequest, writeBatch } from './write-batch.ts';

export type IngestServices = Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'secrets' | 'signals' | 'signerFor'>;

/** Some seconds of the database's work, and some 50 MB. */
const maxWaiting = 40_000;
const maxBatch = 2_000;
/** The stock client's exporter waits 10 s. */
const giveUpMs = 9_000;

/** A foreign key that leads nowhere any more. */
const isOfGone = (error: unknown): boolean =>
  error instanceof Error && (error as Error & { code?: string }).code === '23503';

function openIngest(services: IngestServices, registry: Registry | undefined) {
  const { db, changes, log } = services;
  const metrics = createIngestMetrics(registry);
  const queue = openIngestQueue<ReadRequest>({
    maxWaiting,
    maxBatch,
    giveUpMs,
    isItsFault: isDataError,
    async writeBatch(requests) {
      const { known } = await writeBatch(services, requests);
      for (const { sent } of requests) if (sent) metrics.accepted.inc({ signal: sent.signal }, sent.records);
      metrics.duplicates.inc(known);
      metrics.batch.observe(requests.reduce((sum, { events }) => sum + events.length, 0));
    },
    onFailed: (error, events) => {
      // Removed while it was on its way: nobody will ever look.
      if (isOfGone(error)) log.debug({ events }, 'telemetry of a member or workspace that is gone was let go');
      else log.error({ err: error, events }, 'telemetry could not be written; clients were told');
    },
  });
  return {
    metrics,
    queue,
    readReporter: keepFacts(
      changes,
      (key) => {
        const [workspaceId = '', memberId = ''] = key.split('\n');
        return readReporter(db, { workspaceId, memberId });
      },
      { max: 100_000 },
    ),
  };
}
export type Ingest = ReturnType<typeof openIngest>;

const opened = new WeakMap<AccessChanges, Ingest>();

/** The one of this process. */
export function ingestOf(services: IngestServices, { registry }: { registry?: Registry | undefined } = {}): Ingest {
  const ingest = opened.get(services.changes) ?? openIngest(services, registry);
  opened.set(services.changes, ingest);
  return ingest;
}

/** Resolves when all that was taken so far is written. */
export const settleTelemetry = async (services: Pick<Services, 'changes'>): Promise<void> =>
  opened.get(services.changes)?.queue.settle();

/** Writes what was taken; for the end of the process. */
export const closeTelemetry = async (services: Pick<Services, 'changes'>): Promise<void> =>
  opened.get(services.changes)?.queue.close();
