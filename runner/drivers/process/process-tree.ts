import { readdirSync, readFileSync } from 'node:fs';

export interface TreeUse {
  /** Host process ids, the root first. */
  pids: number[];
  /** Processes and threads, as the kernel's own limits count them. */
  threads: number;
  /** Memory that belongs to these processes alone; files that are mapped do not count. */
  memoryBytes: number;
  /** Of what still runs and of the children it waited for. */
  cpuSeconds: number;
}

// Linux gives times in /proc in hundredths of a second on every architecture (USER_HZ).
const ticksPerSecond = 100;

interface Stat {
  pid: number;
  parent: number;
  ticks: number;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended between the listing and now, or is none of our business.
    return null;
  }
}

/** proc_pid_stat(5): the name is in parentheses and may hold any character, so fields are counted behind the last one. */
function readStat(pid: number): Stat | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return { pid, parent: Number(fields[1]), ticks };
}

const processIds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/**
 * Everything below `root`, whatever namespaces it made: whoever loses its parent in a process namespace gets that namespace's first
 * process as the new one, and that is below `root` too.
 */
export function treeUse(root: number): TreeUse {
  const stats = new Map<number, Stat>();
  const children = new Map<number, number[]>();
  for (const pid of processIds()) {
    const stat = readStat(pid);
    if (stat === null) continue;
    stats.set(pid, stat);
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(pid);
    else children.set(stat.parent, [pid]);
  }
  const use: TreeUse = { pids: [], threads: 0, memoryBytes: 0, cpuSeconds: 0 };
  const waiting = stats.has(root) ? [root] : [];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const status = readText(`/proc/${pid}/status`) ?? '';
    use.pids.push(pid);
    use.threads += Number(/^Threads:\s*(\d+)/m.exec(status)?.[1] ?? 1);
    use.memoryBytes += Number(/^RssAnon:\s*(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    use.cpuSeconds += (stats.get(pid)?.ticks ?? 0) / ticksPerSecond;
    waiting.push(...(children.get(pid) ?? []));
  }
  return use;
}

/** Threads of all processes of a user on this machine: the kernel's limit of processes counts them together. */
export function threadsOfUser(uid: number): number {
  let threads = 0;
  for (const pid of processIds()) {
    const status = readText(`/proc/${pid}/status`);
    if (status === null || Number(/^Uid:\s*(\d+)/m.exec(status)?.[1] ?? -1) !== uid) continue;
    threads += Number(/^Threads:\s*(\d+)/m.exec(status)?.[1] ?? 1);
  }
  return threads;
}

/** Processes that were started with this variable, by whichever earlier process of ours. */
export function processesWithVariable(name: string, value: string): number[] {
  const wanted = `${name}=${value}`;
  return processIds().filter(
    (pid) => pid !== process.pid && (readText(`/proc/${pid}/environ`) ?? '').split('\0').includes(wanted),
  );
}
