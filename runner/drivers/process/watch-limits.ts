import { lstat, readdir } from 'node:fs/promises';
import type { ContainerEnd, ContainerLimits } from '../driver.ts';
import { memoryFileBytes, type OpenFilesUse, openFilesUse } from './hidden-use.ts';
import { type TreeUse, treeUse } from './process-tree.ts';

export interface LimitWatch {
  /** The limit that was passed, when one was. */
  readonly passed: ContainerEnd['limit'];
  readonly usage: ContainerEnd['usage'];
  stop(): void;
}

export interface WatchedContainer {
  /** The process on this machine that all of its processes are below. */
  root: number;
  folders: readonly string[];
  limits: Pick<ContainerLimits, 'memoryMb' | 'processes' | 'diskMb'>;
  onPassed: () => void;
}

const lookMs = 250;
const megabyte = 1024 * 1024;
const smallestEntry = 4096;

/** A path of more than 4096 bytes: whoever is inside such folders names them one by one, from here they cannot be looked into. */
const isTooDeep = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG';

/**
 * What a folder takes on the disk, symlinks not followed. Stops counting beyond `enoughBytes`, which is also said of a folder with parts
 * that cannot be counted.
 */
export async function folderBytes(folder: string, enoughBytes = Number.POSITIVE_INFINITY): Promise<number> {
  let bytes = 0;
  // Names are bytes: what is not UTF-8 takes room as well.
  const waiting: Buffer[] = [Buffer.from(folder)];
  for (let at = waiting.pop(); at !== undefined && bytes < enoughBytes; at = waiting.pop()) {
    const entries = await readdir(at, { withFileTypes: true, encoding: 'buffer' }).catch((error: unknown) =>
      isTooDeep(error) ? null : [],
    );
    if (entries === null) return Math.max(bytes, Number.isFinite(enoughBytes) ? enoughBytes : 0);
    for (const entry of entries) {
      const path = Buffer.concat([at, Buffer.from('/'), entry.name]);
      if (entry.isDirectory()) waiting.push(path);
      const stat = await lstat(path).catch(() => null);
      // A file with several names is counted once for each: that only ends a container earlier.
      // An empty file or a symlink has no blocks, and still takes one of the disk's inodes, of which there are not more than blocks.
      bytes += Math.max(smallestEntry, (stat?.blocks ?? 0) * 512);
    }
  }
  return bytes;
}

/**
 * Looks four times a second what a container uses, and says so when it is more than its limits. The kernel's own limits of this driver are
 * per process, or coarser; see its weaknesses.
 */
export function watchLimits({ root, folders, limits, onPassed }: WatchedContainer): LimitWatch {
  let passed: ContainerEnd['limit'] = null;
  let isStopped = false;
  const peak = { memory: 0, cpu: 0, disk: 0 };
  let openFiles: OpenFilesUse = { memoryBytes: 0, diskBytes: 0 };
  let folderUse = 0;
  const pass = (limit: NonNullable<ContainerEnd['limit']>) => {
    if (isStopped || passed !== null) return;
    passed = limit;
    onPassed();
  };
  const judge = (use: TreeUse, memoryFiles: number) => {
    const memory = use.memoryBytes + memoryFiles + openFiles.memoryBytes;
    peak.memory = Math.max(peak.memory, memory);
    peak.cpu = Math.max(peak.cpu, use.cpuSeconds);
    if (memory > limits.memoryMb * megabyte) pass('memory-limit');
    if (use.threads >= limits.processes) pass('process-limit');
  };
  const judgeDisk = () => {
    const disk = folderUse + openFiles.diskBytes;
    peak.disk = Math.max(peak.disk, disk);
    if (disk > limits.diskMb * megabyte) pass('disk-limit');
  };
  const lookAtProcesses = async () => {
    const use = treeUse(root);
    judge(use, await memoryFileBytes(use.pids));
  };
  const lookAtOpenFiles = async () => {
    openFiles = await openFilesUse(treeUse(root).pids, folders);
    judgeDisk();
  };
  const lookAtDisk = async () => {
    let bytes = 0;
    for (const folder of folders) bytes += await folderBytes(folder, limits.diskMb * megabyte + 1 - bytes);
    folderUse = bytes;
    judgeDisk();
  };
  const keepLooking = async (look: () => Promise<void>, pauseMs: (tookMs: number) => number) => {
    while (!isStopped) {
      const begun = performance.now();
      // A machine that has no file left to open for a moment: the next look counts, and nothing else of the runner ends.
      await look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, pauseMs(performance.now() - begun)));
    }
  };
  // A folder with many files is looked at less often, so that looking takes a small part of the time.
  const seldom = (tookMs: number) => Math.max(1000, 10 * tookMs);
  void keepLooking(lookAtOpenFiles, seldom);
  void keepLooking(lookAtProcesses, () => lookMs);
  void keepLooking(lookAtDisk, seldom);
  return {
    get passed() {
      return passed;
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
