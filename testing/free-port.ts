import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Below those that systems give to whoever asks for any: Linux from 32768 on, others from 49152 (RFC 6335 §6). */
const [lowest, beyond] = [20_000, 32_768];
const takenFolder = join(tmpdir(), 'reeve-test-ports');

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** This process, where another one removes the file right now. */
const ownerOf = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return process.pid;
  }
};

/** Whether it was taken for this process. */
function take(port: number): boolean {
  const file = join(takenFolder, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Left by a process that has ended: the next one may have it.
  if (!isAlive(ownerOf(file))) rmSync(file, { force: true });
  return false;
}

async function listensNobody(port: number, host: string): Promise<boolean> {
  const probe = createServer();
  const opened = once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.listen({ port, host, exclusive: true });
  if (!(await opened)) return false;
  probe.close();
  await once(probe, 'close');
  return true;
}

/**
 * A port for a server that is started, killed and started again: the system gives it to nobody meanwhile, and no other test takes it as
 * long as this process lives.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  mkdirSync(takenFolder, { recursive: true });
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (beyond - lowest));
    if (take(port) && (await listensNobody(port, host))) return port;
  }
}
