import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { Runner, RunnerDriver } from '#contract/runners.ts';

const stateLooks: Record<Runner['state'], { tone: Tone; word: string }> = {
  ready: { tone: 'ok', word: 'Ready' },
  draining: { tone: 'warn', word: 'Draining' },
  lost: { tone: 'bad', word: 'Lost' },
  removed: { tone: 'off', word: 'Removed' },
};

/** One that is ready and reports a problem still gets tasks: somebody should look. */
export const lookOf = ({ state, problem }: Pick<Runner, 'state' | 'problem'>): { tone: Tone; word: string } =>
  state === 'ready' && problem !== null ? { tone: 'warn', word: 'Ready, with a problem' } : stateLooks[state];

export const driverNames: Record<RunnerDriver['kind'], string> = {
  docker: 'Containers',
  kubernetes: 'Kubernetes jobs',
  process: 'Sandboxed processes',
};

const runtimeNames: Record<RunnerDriver['runtimes'][number], string> = {
  runc: 'runc',
  runsc: 'gVisor',
  process: 'no container',
};

/** "Docker 27.1: runc, gVisor" */
export const sayDriver = ({ engine, runtimes }: RunnerDriver): string =>
  `${engine}: ${runtimes.map((runtime) => runtimeNames[runtime]).join(', ')}`;

/** Every weakness of a runner, once. */
export const weaknessesOf = ({ drivers }: Pick<Runner, 'drivers'>): string[] => [
  ...new Set(drivers.flatMap(({ weaknesses }) => weaknesses)),
];
