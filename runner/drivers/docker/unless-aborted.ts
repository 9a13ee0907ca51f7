import { unlessGone } from './end-container.ts';

/**
 * Waits for an engine as long as somebody wants what it does. What is made after nobody wants it goes again.
 * @param undo takes back what was made
 * @throws the signal's reason at once, whatever the engine does
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
    void doing.then((made) => unlessGone(undo(made))).catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
