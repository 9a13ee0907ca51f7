import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';

const lookMs = 100;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How the engine answers about what is gone (404), has ended, or is being removed (409): that is what was wanted. */
export async function unlessGone(doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) throw error;
  }
}

/** @throws Error when it takes longer; what was asked may still happen */
export async function within<T>(ms: number, what: string, doing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the engine did not ${what} within ${ms / 1000} seconds`)), ms);
  });
  try {
    return await Promise.race([doing, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** When a process began, in the kernel's ticks: with its number it is that process and no later one. Null when it is gone. */
export async function beginOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // After the name, which may have anything in it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie runs nothing any more.
  return fields === undefined || fields[0] === 'Z' ? null : (fields[19] ?? null);
}

export interface FirstProcess {
  pid: number;
  begin: string | null;
}

/** The kernel ends every process of a container with its first one. @returns whether it is gone */
export async function killFirst({ pid, begin }: FirstProcess, ms: number): Promise<boolean> {
  const isThere = async () => begin !== null && (await beginOf(pid)) === begin;
  for (const until = performance.now() + ms; performance.now() < until; await pause(lookMs)) {
    if (!(await isThere())) return true;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return true;
    }
  }
  return !(await isThere());
}

/** No longer: a runner that lost an attempt has seconds before another one begins with it. */
const engineMs = 1_500;

/**
 * Ends a container: by its engine, and where that does not do it at once, without it. An engine that is only slow is then waited for: it
 * knows more of the end.
 * @param ended resolves when the engine says that it has ended
 * @param patienceMs for each of the ways
 * @throws Error when neither does it
 */
export async function endContainer(
  container: Docker.Container,
  { first, ended, patienceMs }: { first: FirstProcess; ended: Promise<unknown>; patienceMs: number },
): Promise<'by the engine' | 'by force'> {
  const byEngine = unlessGone(container.kill({ signal: 'SIGKILL' })).then(() => ended);
  const waited = (ms: number) => within(ms, 'end a container', byEngine).then(() => 'by the engine' as const);
  try {
    return await waited(Math.min(engineMs, patienceMs));
  } catch (cause) {
    if (await killFirst(first, patienceMs)) return waited(patienceMs).catch(() => 'by force' as const);
    throw cause;
  }
}
