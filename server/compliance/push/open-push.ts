import type { Services } from '#server/services.ts';
import { deliver, type Pushing } from './deliver.ts';
import { listDue } from './destination-queries.ts';
import type { RecordStream } from './record-stream.ts';

/** How soon after it happened a record leaves. */
const lookEveryMs = 2_000;

export interface Push {
  /** Looks now instead of at the next turn. Ends when everything that was due was tried. */
  look(): Promise<void>;
  /** Breaks off what is being sent; it is sent again after the next start. */
  close(): Promise<void>;
}

/** Pushes to every destination of every workspace, each by itself: one that is down holds nothing else up. Never in the way of ingest. */
export function openPush(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin' | 'log' | 'signals'>,
  streams: readonly RecordStream[],
): Push {
  const pushing: Pushing = { ...services, streams };
  const { db, clock, log, signals } = services;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const start = (id: string): Promise<void> => {
    const under = running.get(id);
    if (under) return under;
    const delivery = deliver(pushing, id, stopping.signal)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.error({ err: error, destination: id }, 'pushing compliance records failed');
      })
      .finally(() => running.delete(id));
    running.set(id, delivery);
    return delivery;
  };
  const look = async () => {
    if (stopping.signal.aborted) return;
    await Promise.all((await listDue(db, clock())).map(start));
  };
  let looking: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    if (looking) return;
    looking = listDue(db, clock())
      .then((due) => {
        if (!stopping.signal.aborted) for (const id of due) void start(id);
      })
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.warn({ err: error }, 'the destinations could not be read; they are read again');
      })
      .finally(() => {
        looking = null;
      });
  }, lookEveryMs);
  timer.unref();
  const stop = () => {
    signals.off('stopping', stop);
    clearInterval(timer);
    stopping.abort();
  };
  signals.once('stopping', stop);
  const close = async () => {
    stop();
    await looking;
    await Promise.all(running.values());
  };
  return { look, close };
}
