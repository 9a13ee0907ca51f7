import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import { keepFacts } from '#server/db/keep-facts.ts';
import { askTogether } from '#server/models/ask-together.ts';
import { openCallRecorder } from '#server/models/call-recorder.ts';
import { createGatewayMetrics } from '#server/models/gateway-metrics.ts';
import { readAllowedModel, readCallSettings } from '#server/models/gateway-queries.ts';
import { createRefusalRecorder } from '#server/models/refusal-recorder.ts';
import { openRunningCalls } from '#server/models/running-calls.ts';
import { failOrphanedCalls } from '#server/models/save-records.ts';
import { createClientNotes } from '#server/models/seen-clients.ts';
import { createKeyOpener } from '#server/models/upstream-key.ts';
import type { Services } from '#server/services.ts';
import { openAgents } from './call-upstream.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

const sweepMs = 60_000;
const presumedDeadMs = 60_000;
/** Left of the shutdown time for telling clients and for writing the activity. */
const reservedMs = 3_000;

/** The model gateway of this process: opened once, closed before the database. */
export async function openGateway(services: Services, { registry }: { registry?: Registry } = {}) {
  const { db, clock, config, log } = services;
  // The embedded database has one process; on PostgreSQL, others may have calls running right now.
  await failOrphanedCalls(services, {
    at: clock(),
    lastAliveBefore: config.databaseUrl === null ? null : presumedDead(clock()),
  });
  const sweep = setInterval(() => {
    failOrphanedCalls(services, { at: clock(), lastAliveBefore: presumedDead(clock()) }).catch((error: unknown) =>
      log.warn({ err: error }, 'calls of ended processes could not be swept'),
    );
  }, sweepMs);
  sweep.unref();
  const recorder = openCallRecorder(services);
  const running = openRunningCalls(services);
  const agents = openAgents();
  const state = { isStopping: false };
  const stop = () => {
    state.isStopping = true;
  };
  services.signals.once('stopping', stop);
  return {
    services,
    agents,
    recorder,
    running,
    state,
    metrics: createGatewayMetrics(registry),
    recordRefusal: createRefusalRecorder(recorder),
    noteClient: createClientNotes(services),
    readSettings: keepFacts(
      services.changes,
      askTogether((workspaceId) => readCallSettings(db, workspaceId)),
    ),
    readModel: openModelReader(services),
    openKey: createKeyOpener(services),
    refuseUpgrade: (request: IncomingMessage, socket: Duplex) => refuseUpgrade(request, socket),
    /** Running calls may finish within the shutdown time; the activity is written before this resolves. */
    async close(): Promise<void> {
      stop();
      clearInterval(sweep);
      services.signals.off('stopping', stop);
      await running.drain({ timeoutMs: Math.max(0, config.shutdownTimeoutMs - reservedMs) });
      running.close();
      await recorder.close({ timeoutMs: reservedMs });
      agents.destroy();
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof openGateway>>;

const presumedDead = (now: Date) => new Date(now.getTime() - presumedDeadMs);

/** Neither an id nor the slug of a model holds a line break, so the two make one key. */
function openModelReader({ db, changes }: Pick<Services, 'db' | 'changes'>) {
  const ask = askTogether((key) => {
    const [workspaceId = '', slug = ''] = key.split('\n');
    return readAllowedModel(db, workspaceId, slug);
  });
  const read = keepFacts(changes, ask);
  return (workspaceId: string, slug: string) => read(`${workspaceId}\n${slug}`);
}
