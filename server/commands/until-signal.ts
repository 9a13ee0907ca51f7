const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal, npm and a wrapper may each pass on the same signal; a person does not press twice that fast. */
const sameSignalMs = 300;

/** Resolves at the first signal to stop; the next one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let firstAtMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAtMs === null) {
      firstAtMs = performance.now();
      resolve(signal);
      return;
    }
    if (performance.now() - firstAtMs > sameSignalMs) process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return promise;
}
