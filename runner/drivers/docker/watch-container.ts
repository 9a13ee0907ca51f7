import { readdir, readlink, stat, statfs } from 'node:fs/promises';
import type { ContainerEnd, ContainerLimits } from '../driver.ts';
import { folderBytes } from '../process/watch-limits.ts';
import { type ControlGroup, controlGroupOf } from './control-group.ts';

export interface ContainerWatch {
  /** The limit that was passed, when one was. */
  readonly passed: ContainerEnd['limit'];
  /** Memory ran out, which need not have ended it. */
  readonly hasRunOutOfMemory: boolean;
  readonly usage: ContainerEnd['usage'];
  stop(): void;
}

export interface Watched {
  /** Its first process, as this machine counts. */
  pid: number;
  folders: readonly string[];
  limits: Pick<ContainerLimits, 'diskMb'>;
  onPassed: () => void;
}

const lookMs = 200;
const megabyte = 1024 * 1024;

/** Files that were removed while open take place, and no folder shows them. */
async function hiddenBytes(group: ControlGroup | null): Promise<number> {
  const seen = new Map<string, number>();
  for (const one of (await group?.pids()) ?? []) {
    const fds = await readdir(`/proc/${one}/fd`).catch(() => []);
    for (const fd of fds) {
      const path = `/proc/${one}/fd/${fd}`;
      const target = await readlink(path).catch(() => '');
      // Memory by a file's name, which the control group counts: all that a container of gVisor has is such a file.
      if (!target.endsWith(' (deleted)') || target.startsWith('/memfd:')) continue;
      const facts = await stat(path).catch(() => null);
      if (facts?.isFile()) seen.set(`${facts.dev}:${facts.ino}`, facts.blocks * 512);
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

async function freeBytes(folders: readonly string[]): Promise<number> {
  const all = await Promise.all(folders.map((folder) => statfs(folder).catch(() => null)));
  return all.reduce((sum, one) => sum + (one ? one.bavail * one.bsize : 0), 0);
}

/**
 * Looks what a container uses. Memory, processes and processors are held by the kernel, so looking is only for the figures; what its
 * folders take on the disk is held by nobody else. A disk that fills quickly is looked at at once.
 */
export function watchContainer({ pid, folders, limits, onPassed }: Watched): ContainerWatch {
  let passed: ContainerEnd['limit'] = null;
  let isStopped = false;
  let memoryKills = 0;
  const peak = { memory: 0, cpu: 0, disk: 0 };
  const pass = (limit: NonNullable<ContainerEnd['limit']>) => {
    if (isStopped || passed !== null) return;
    passed = limit;
    onPassed();
  };
  const watchKernel = async (group: ControlGroup | null) => {
    while (group && !isStopped) {
      const now = await group.read();
      if (now) {
        peak.memory = Math.max(peak.memory, now.peakMemoryBytes);
        memoryKills = Math.max(memoryKills, now.memoryKills);
        peak.cpu = Math.max(peak.cpu, now.cpuSeconds);
        // Ended with a clear word, instead of programs that fail here and there because they cannot start others.
        if (now.refusedForks > 0) pass('process-limit');
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  };
  const measureDisk = async (group: ControlGroup | null) => {
    let bytes = await hiddenBytes(group);
    for (const folder of folders) bytes += await folderBytes(folder, limits.diskMb * megabyte + 1 - bytes);
    peak.disk = Math.max(peak.disk, bytes);
    if (bytes > limits.diskMb * megabyte) pass('disk-limit');
    return bytes;
  };
  const watchDisk = async (group: ControlGroup | null) => {
    while (!isStopped) {
      const begun = performance.now();
      // Before counting: what is written while the files are counted is then missing afterwards.
      const free = await freeBytes(folders);
      const bytes = await measureDisk(group);
      const took = performance.now() - begun;
      // Many files take long to count: they are counted less often, unless the disk loses what this container still may take.
      const until = performance.now() + Math.min(8000, Math.max(1000, 4 * took));
      while (!isStopped && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, lookMs));
        if (free - (await freeBytes(folders)) > limits.diskMb * megabyte - bytes) break;
      }
    }
  };
  void controlGroupOf(pid).then((group) => Promise.all([watchKernel(group), watchDisk(group)]));
  return {
    get passed() {
      return passed;
    },
    get hasRunOutOfMemory() {
      return memoryKills > 0;
    },
    get usage() {
      return {
        cpuSeconds: Math.round(peak.cpu * 100) / 100,
        peakMemoryMb: Math.round(peak.memory / megabyte),
        diskMb: Math.round(peak.disk / megabyte),
      };
    },
    stop: () => {
      isStopped = true;
    },
  };
}
