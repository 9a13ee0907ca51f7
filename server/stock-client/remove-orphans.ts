import { readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { endProcesses } from './end-processes.ts';

const ownerFile = 'owner';

/** When a process began, in ticks since the boot: with its number the name of a process, since numbers are used again (proc(5)). */
async function beganAt(pid: string): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name of the program stands in parentheses and may hold anything; 20 fields after it comes the time.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

const readBoot = () => readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim());

/** Says whose a machine is, so that it can be told from one whose process was killed. */
export async function signMachine(root: string): Promise<void> {
  const pid = String(process.pid);
  const owner = [await readBoot(), await readlink('/proc/self/ns/pid'), pid, await beganAt(pid)];
  // In one step: whoever looks meanwhile reads all of it or nothing.
  const file = path.join(root, ownerFile);
  await writeFile(`${file}.new`, owner.join(' '));
  await rename(`${file}.new`, file);
}

/** False wherever it cannot be told, for example from another container. */
async function isOrphan(root: string): Promise<boolean> {
  const owner = (await readFile(path.join(root, ownerFile), 'utf8').catch(() => '')).split(' ');
  if (owner.length !== 4) return false;
  const [boot, namespace, pid = '', began] = owner;
  if (boot !== (await readBoot())) return true;
  return namespace === (await readlink('/proc/self/ns/pid')) && (await beganAt(pid)) !== began;
}

/**
 * Ends what still runs on machines whose process was killed, and removes their files.
 * @param folder where machines are
 * @returns how many there were
 */
export async function removeOrphanedMachines(folder: string): Promise<number> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('reeve-client-'));
  let removed = 0;
  for (const root of names.map((name) => path.join(folder, name))) {
    if (!(await isOrphan(root))) continue;
    await endProcesses(root);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
    removed += 1;
  }
  return removed;
}
