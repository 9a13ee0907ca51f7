import { ReeveError } from '#server/fail.ts';

/** What one request asks to be written. */
export interface Delivery {
  /** How much of the queue it takes. */
  size: number;
}

export interface IngestQueue<Item extends Delivery> {
  /** @throws ReeveError telemetry-busy, shutting-down: before anything of a request is read */
  admit(): void;
  /** Resolves when it is committed. @throws ReeveError telemetry-busy, telemetry-not-written, shutting-down */
  write(item: Item): Promise<void>;
  readonly waiting: number;
  /** Resolves when all that was taken so far is written or has failed. */
  settle(): Promise<void>;
  /** Takes nothing more; resolves when what was taken is written or has failed. */
  close(): Promise<void>;
}

interface Waiting<Item> {
  item: Item;
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface QueueOptions<Item> {
  maxWaiting: number;
  maxBatch: number;
  /** After that a client is told to try again, even if it is still written: it is known as the same then. */
  giveUpMs: number;
  /** One transaction. */
  writeBatch: (items: readonly Item[]) => Promise<void>;
  /** Whether one item alone may be at fault, so that the others deserve another try without it. */
  isItsFault: (error: unknown) => boolean;
  onFailed: (error: unknown, events: number) => void;
}

/**
 * Gathers what concurrent requests bring while the last transaction runs into the next one. Nothing waits for a timer: a single request
 * is written at once, a thousand of them in a few transactions.
 */
export function openIngestQueue<Item extends Delivery>(options: QueueOptions<Item>): IngestQueue<Item> {
  const queue: Waiting<Item>[] = [];
  let waiting = 0;
  let running: Promise<void> | null = null;
  let isClosing = false;

  const takeBatch = (): Waiting<Item>[] => {
    let size = 0;
    let count = 0;
    for (const { item } of queue) {
      if (count > 0 && size + item.size > options.maxBatch) break;
      size += item.size;
      count += 1;
    }
    return queue.splice(0, count);
  };
  const settle = async (batch: readonly Waiting<Item>[]): Promise<void> => {
    try {
      await options.writeBatch(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && options.isItsFault(error)) {
        for (const one of batch) await settle([one]);
        return;
      }
      options.onFailed(
        error,
        batch.reduce((sum, { item }) => sum + item.size, 0),
      );
      const refusal = new ReeveError('telemetry-not-written', {}, { cause: error });
      for (const { reject } of batch) reject(refusal);
    }
  };
  const drain = async (): Promise<void> => {
    // What arrives in the same turn of the event loop belongs together.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = takeBatch();
      await settle(batch);
      for (const { item } of batch) waiting -= item.size;
    }
    running = null;
  };
  const refuseWhenFull = () => {
    if (isClosing) throw new ReeveError('shutting-down');
    if (waiting >= options.maxWaiting) throw new ReeveError('telemetry-busy');
  };
  return {
    admit: refuseWhenFull,
    async write(item) {
      refuseWhenFull();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      queue.push({ item, resolve, reject });
      waiting += item.size;
      running ??= drain();
      const timer = setTimeout(() => reject(new ReeveError('telemetry-not-written')), options.giveUpMs);
      try {
        await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    get waiting() {
      return waiting;
    },
    async settle() {
      while (running) await running;
    },
    async close() {
      isClosing = true;
      while (running) await running;
    },
  };
}
