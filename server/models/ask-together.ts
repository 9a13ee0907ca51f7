/**
 * Asks once for everyone who wants to know the same at the same time. Whoever comes while a question is under way waits for the next
 * one, so nobody gets an answer older than their own question: what was turned off before a call arrived is off for that call.
 */
export function askTogether<Answer>(ask: (key: string) => Promise<Answer>): (key: string) => Promise<Answer> {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Promise<Answer>>();
  const start = (key: string): Promise<Answer> => {
    next.delete(key);
    const promise = ask(key);
    const settled = promise.then(
      () => {},
      () => {},
    );
    running.set(key, settled);
    void settled.then(() => {
      if (running.get(key) === settled) running.delete(key);
    });
    return promise;
  };
  return (key) => {
    const waiting = next.get(key);
    if (waiting) return waiting;
    const current = running.get(key);
    if (!current) return start(key);
    const promise = current.then(() => start(key));
    next.set(key, promise);
    return promise;
  };
}
