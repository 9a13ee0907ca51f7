import type { Services } from '#server/services.ts';
import { listUnfinished, updateErasure } from './erasure/erasure-queries.ts';
import { runErasure } from './erasure/run-erasure.ts';
import { listRunningExports, updateExport } from './person-export/export-queries.ts';
import { runExport } from './person-export/exports.ts';

const lookEveryMs = 2_000;
/** What failed fails again at once, and each attempt may write whole files. */
const waitAfterFailureMs = 60_000;

export interface PersonWork {
  /** Does what there is to do now. */
  look(): Promise<void>;
  /** Ends after the step that is being done; the next start goes on there. */
  close(): Promise<void>;
}

type WorkServices = Pick<Services, 'db' | 'clock' | 'blobs' | 'secrets' | 'log' | 'signals'>;

/** Erasures and exports of people, one after the other. */
export function openPersonWork(services: WorkServices): PersonWork {
  const { db, log, signals } = services;
  const stopping = new AbortController();
  const waitUntilMs = new Map<string, number>();
  const attempt = async (
    what: string,
    id: string,
    run: () => Promise<void>,
    note: (problem: string) => Promise<unknown>,
  ) => {
    if (performance.now() < (waitUntilMs.get(id) ?? 0)) return;
    try {
      await run();
      waitUntilMs.delete(id);
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.error({ err: error, [what]: id }, `the ${what} of a person failed; it is tried again`);
      waitUntilMs.set(id, performance.now() + waitAfterFailureMs);
      await note('Reeve itself failed; its log says why. It is tried again.');
    }
  };
  const work = async () => {
    for (const id of await listUnfinished(db))
      if (!stopping.signal.aborted)
        await attempt(
          'erasure',
          id,
          () => runErasure(services, id, stopping.signal),
          (last_error) => updateErasure(db, id, { last_error }),
        );
    for (const id of await listRunningExports(db))
      if (!stopping.signal.aborted)
        await attempt(
          'export',
          id,
          () => runExport(services, id),
          (last_error) => updateExport(db, id, { last_error }),
        );
  };
  let working: Promise<void> | null = null;
  const look = (): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve();
    working ??= work().finally(() => {
      working = null;
    });
    return working;
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      if (!stopping.signal.aborted)
        log.warn({ err: error }, 'erasures and exports could not be read; they are read again');
    });
  }, lookEveryMs);
  timer.unref();
  const stop = () => {
    signals.off('stopping', stop);
    clearInterval(timer);
    stopping.abort();
  };
  signals.once('stopping', stop);
  return {
    look,
    async close() {
      stop();
      await working?.catch(() => undefined);
    },
  };
}
