import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface GroupUse {
  cpuSeconds: number;
  peakMemoryBytes: number;
  /** Processes that could not be started, because there were too many. */
  refusedForks: number;
  /** Processes that were ended because memory ran out. */
  memoryKills: number;
}

/** What the kernel counts of a container. */
export interface ControlGroup {
  read(): Promise<GroupUse | null>;
  /** Its processes, as this machine counts. */
  pids(): Promise<number[]>;
}

const root = '/sys/fs/cgroup';

async function numberIn(path: string, pattern = /^(\d+)/): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  const found = text === null ? undefined : pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Version 1 has a tree for each controller, version 2 one for all (cgroups(7)). Null where they cannot be read. */
export async function controlGroupOf(pid: number): Promise<ControlGroup | null> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')).split('\n');
  const paths = new Map<string, string>();
  for (const line of lines) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // A process that has ended is in the root, whose figures are those of the whole machine.
    for (const controller of controllers.split(',')) if (path !== '' && path !== '/') paths.set(controller, path);
  }
  if (paths.size === 0) return null;
  const of = (controller: string, file: string) =>
    paths.has(controller)
      ? join(root, controller, paths.get(controller) ?? '', file)
      : join(root, paths.get('') ?? '', file);
  const isOld = paths.has('memory');
  return {
    async pids() {
      const text = await readFile(of('pids', 'cgroup.procs'), 'utf8').catch(() => '');
      return text.split('\n').filter(Boolean).map(Number);
    },
    async read() {
      const cpu = isOld
        ? await numberIn(of('cpuacct', 'cpuacct.usage'))
        : await numberIn(of('', 'cpu.stat'), /^usage_usec (\d+)/m);
      const memory = await numberIn(isOld ? of('memory', 'memory.max_usage_in_bytes') : of('', 'memory.peak'));
      const forks = await numberIn(of('pids', 'pids.events'), /^max (\d+)/m);
      const events = isOld ? of('memory', 'memory.oom_control') : of('', 'memory.events');
      const memoryKills = (await numberIn(events, /^oom_kill (\d+)/m)) ?? 0;
      if (cpu === null) return null;
      const cpuSeconds = cpu / (isOld ? 1e9 : 1e6);
      return { cpuSeconds, peakMemoryBytes: memory ?? 0, refusedForks: forks ?? 0, memoryKills };
    },
  };
}
