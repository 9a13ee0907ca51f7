import type { RunnerDriver } from '#contract/runners.ts';
import type { AttemptNeeds } from '#server/db/cloud-tables.ts';

export interface RunnerFacts {
  labels: readonly string[];
  drivers: readonly Pick<RunnerDriver, 'kind' | 'runtimes'>[];
}

export interface Placing {
  driver: RunnerDriver['kind'];
  runtime: RunnerDriver['runtimes'][number];
}

/** Without a container, only what was asked for by name, or all there is. */
const isContainer = ({ runtime }: Placing): boolean => runtime !== 'process';

/**
 * With what a runner would do it; null when it cannot. Where any runtime will do it is the runner's own order that counts, containers
 * before mere processes.
 */
export function fitRunner({ labels, drivers }: RunnerFacts, needs: AttemptNeeds): Placing | null {
  if (!needs.labels.every((label) => labels.includes(label))) return null;
  const placings = drivers.flatMap(({ kind, runtimes }) =>
    runtimes.map((runtime): Placing => ({ driver: kind, runtime })),
  );
  if (needs.runtime !== 'any') return placings.find(({ runtime }) => runtime === needs.runtime) ?? null;
  return placings.find(isContainer) ?? placings[0] ?? null;
}
