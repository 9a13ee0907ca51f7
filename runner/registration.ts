import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { RegisterAnswer, runnerProtocol } from '#contract/runner-protocol.ts';
import type { RunnerDriver } from '#contract/runners.ts';
import { RunnerRefused } from './config.ts';
import { CallRefused, openCalls, type ReeveAddress } from './reeve/call-reeve.ts';

const Registration = RegisterAnswer.extend({ origin: z.string() });
export type Registration = z.infer<typeof Registration>;

const fileOf = (dataFolder: string) => join(dataFolder, 'runner.json');

/**
 * Makes the data folder this process's own until it ends. An abstract socket is gone with whoever holds it, however that ended.
 * @throws RunnerRefused when another runner has it
 */
export async function claimDataFolder(dataFolder: string): Promise<() => void> {
  // Repositories are in it: nobody else on this machine goes through. What a container sees is mounted from outside.
  await mkdir(dataFolder, { recursive: true });
  await chmod(dataFolder, 0o700);
  const hash = createHash('sha256').update(resolve(dataFolder)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done, reject) => {
    server.once('error', reject);
    server.listen({ path: `\0reeve-runner-${hash}` }, done);
  }).catch((cause: NodeJS.ErrnoException) => {
    throw new RunnerRefused(`Another runner uses ${dataFolder}. Stop it, or give this one another --data.`, { cause });
  });
  server.unref();
  return () => void server.close();
}

/** Who this runner is to the Reeve at `origin`; null before it registered there. */
export async function readRegistration(dataFolder: string, origin: string): Promise<Registration | null> {
  const text = await readFile(fileOf(dataFolder), 'utf8').catch(() => null);
  if (text === null) return null;
  const read = Registration.safeParse(JSON.parse(text));
  return read.success && read.data.origin === origin ? read.data : null;
}

export interface RegisterOptions {
  dataFolder: string;
  address: ReeveAddress;
  token: string;
  name: string;
  version: string;
  labels: readonly string[];
  capacity: number;
  drivers: readonly RunnerDriver[];
}

/** Uses up the token. The secret that comes back is kept in a file that only this user reads. @throws RunnerRefused, CallFailed */
export async function register(options: RegisterOptions): Promise<Registration> {
  const { dataFolder, address, token, name, version, labels, capacity, drivers } = options;
  const calls = openCalls(address, null);
  try {
    const json = { token, name, version, protocol: runnerProtocol, drivers, labels, capacity };
    const answer = await calls.ask(RegisterAnswer, { method: 'POST', path: '/runner/v1/register', json });
    const registration = { ...answer, origin: address.origin };
    const file = fileOf(dataFolder);
    await writeFile(`${file}.new`, JSON.stringify(registration), { mode: 0o600 });
    await rename(`${file}.new`, file);
    return registration;
  } catch (error) {
    if (error instanceof CallRefused)
      throw new RunnerRefused(`Reeve did not register this runner: ${error.message}`, { cause: error });
    throw error;
  } finally {
    calls.close();
  }
}
