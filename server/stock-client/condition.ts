interface Waiter {
  check(): boolean;
  fail(error: Error): void;
}

export interface UntilOptions {
  /** A generous limit: it ends a hopeless wait and never decides whether behaviour is right. */
  timeoutMs?: number;
  /** What was expected and what is there instead, asked for only when the wait fails. */
  failure: () => string;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Something a test can wait on. Its owner calls `changed()` after every change and `ended()` when no further change
 * can come; waiters look again at those moments, so nothing polls.
 */
export class Condition {
  #waiters = new Set<Waiter>();
  #endedBecause: string | undefined;

  changed(): void {
    for (const waiter of this.#waiters) if (waiter.check()) this.#waiters.delete(waiter);
  }

  ended(because: string): void {
    this.#endedBecause = because;
    this.changed();
    for (const waiter of this.#waiters) waiter.fail(new Error(because));
    this.#waiters.clear();
  }

  /** Resolves with the first value of `probe` that is neither undefined nor false. */
  until<T>(probe: () => T | undefined | false, { timeoutMs = DEFAULT_TIMEOUT_MS, failure }: UntilOptions): Promise<T> {
    const present = probe();
    if (present !== undefined && present !== false) return Promise.resolve(present);
    const failed = (because: string) => new Error(`${because}: ${failure()}`);
    if (this.#endedBecause !== undefined) return Promise.reject(failed(this.#endedBecause));
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter = {
        check: () => {
          const value = probe();
          if (value === undefined || value === false) return false;
          clearTimeout(limit);
          resolve(value);
          return true;
        },
        fail: (error) => {
          clearTimeout(limit);
          reject(failed(error.message));
        },
      };
      const limit = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(failed(`gave up after ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }
}
