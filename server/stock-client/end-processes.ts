import { readdir, readFile } from 'node:fs/promises';

/**
 * Every process of a machine inherits this variable, so that a background server it left behind can be found. What the client starts
 * with an empty environment still gets a PATH with folders of the machine in it.
 */
export const MACHINE_VARIABLE = 'REEVE_CLIENT_MACHINE';

async function processesOf(machine: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    const isMarked = environment.split('\0').includes(`${MACHINE_VARIABLE}=${machine}`);
    if (isMarked || environment.includes(`${machine}/`)) found.push(Number(name));
  }
  return found;
}

/** Kills whatever still runs on the machine; looks again until nothing is left, since a process may be starting another. */
export async function endProcesses(machine: string): Promise<void> {
  for (let left = await processesOf(machine); left.length > 0; left = await processesOf(machine)) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
