/**
 * Waits for something as long as somebody wants what it makes. What is made after nobody wants it goes again.
 * @param undo takes back what was made
 * @throws the signal's reason at once, however long the rest takes
 */
export async function unlessAborted<T>(
  doing: Promise<T>,
  signal: AbortSignal | undefined,
  undo: (made: T) => Promise<unknown> = async () => undefined,
): Promise<T> {
  const over = Promise.withResolvers<never>();
  const stop = () => over.reject(signal?.reason);
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([over.promise, doing]);
  } catch (error) {
    void doing.then(undo).catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Longer than any machine takes that can do a task at all. */
const longestMs = 60_000;

/** The signal, and the end of a minute: whatever a container waits for at its start must not keep its attempt for ever. */
export function forAMinute(signal: AbortSignal | undefined, what: string): Disposable & { signal: AbortSignal } {
  const limit = new AbortController();
  const why = new Error(`${what} within ${longestMs / 1000} seconds`);
  const timer = setTimeout(() => limit.abort(why), longestMs);
  return {
    signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
