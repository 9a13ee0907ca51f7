/** A place where a scripted server stops until the test lets it go on: tests order events with gates, not with timers. */
export interface Gate {
  /** Resolves when the server has arrived at the gate for the first time. */
  readonly reached: Promise<void>;
  /** Opens the gate for good. */
  release(): void;
  /** For the server's side: reports the arrival and waits until the gate is open. */
  pass(): Promise<void>;
}

export function createGate(): Gate {
  const arrival = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<void>();
  return {
    reached: arrival.promise,
    release: () => opening.resolve(),
    pass: () => {
      arrival.resolve();
      return opening.promise;
    },
  };
}
