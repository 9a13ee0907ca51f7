import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeFolder } from '../attempt/attempt-folders.ts';
import { folderBytes } from '../drivers/process/watch-limits.ts';

const Kept = z.object({
  fingerprint: z.string(),
  environmentId: z.string(),
  builtAt: z.iso.datetime(),
  hours: z.number(),
  /** What the workspace's repository was checked out at. */
  commit: z.string(),
  bytes: z.number(),
});
export type KeptCache = z.infer<typeof Kept>;

/** The folders of a container: what set-up left in them. */
interface Places {
  workspace: string;
  home: string;
}

export interface SetupCaches {
  list(): KeptCache[];
  /** Copies what was kept over the two folders; null when there is nothing that still serves. */
  restore(fingerprint: string, places: Places, signal: AbortSignal): Promise<KeptCache | null>;
  keep(about: Omit<KeptCache, 'bytes' | 'builtAt'>, places: Places, signal: AbortSignal): Promise<void>;
  drop(fingerprints: readonly string[]): Promise<void>;
}

const longestHours = 12;

/** A copy that shares the disk's blocks where the file system can (reflink). Links are copied as links. */
async function copyFolder(from: string, to: string, signal: AbortSignal): Promise<void> {
  const args = ['--archive', '--reflink=auto', '--no-target-directory', '--', from, to];
  const child = spawn('cp', args, { stdio: ['ignore', 'ignore', 'pipe'], signal, killSignal: 'SIGKILL' });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-1000);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`cp ended with ${exitCode}: ${said.trim()}`);
}

async function readKept(folder: string): Promise<KeptCache | null> {
  try {
    return Kept.parse(JSON.parse(await readFile(join(folder, 'kept.json'), 'utf8')));
  } catch {
    return null;
  }
}

const serves = ({ builtAt, hours }: KeptCache, now: Date) =>
  now.getTime() - Date.parse(builtAt) < Math.min(hours, longestHours) * 3_600_000;

/**
 * What set-up made, kept for the next task of the same environment. A folder is complete once it has its name: before that it is a
 * copy under way, and is removed at the next start.
 */
export async function openSetupCaches(folder: string, now = () => new Date()): Promise<SetupCaches> {
  const kept = new Map<string, KeptCache>();
  const busy = new Map<string, Promise<unknown>>();
  const placeOf = (fingerprint: string) =>
    join(folder, createHash('sha256').update(fingerprint).digest('hex').slice(0, 40));
  const inTurn = <T>(fingerprint: string, work: () => Promise<T>): Promise<T> => {
    const mine = (busy.get(fingerprint) ?? Promise.resolve()).then(work, work);
    const done = mine.catch(() => undefined);
    busy.set(fingerprint, done);
    void done.then(() => {
      if (busy.get(fingerprint) === done) busy.delete(fingerprint);
    });
    return mine;
  };
  const remove = async (fingerprint: string) => {
    kept.delete(fingerprint);
    await removeFolder(placeOf(fingerprint));
  };
  const current = async (fingerprint: string): Promise<KeptCache | null> => {
    const found = kept.get(fingerprint);
    if (!found) return null;
    if (serves(found, now())) return found;
    await remove(fingerprint);
    return null;
  };

  await mkdir(folder, { recursive: true, mode: 0o711 });
  for (const name of await readdir(folder)) {
    const found = await readKept(join(folder, name));
    if (found && join(folder, name) === placeOf(found.fingerprint)) kept.set(found.fingerprint, found);
    else await removeFolder(join(folder, name));
  }
  return {
    list: () => [...kept.values()].filter((one) => serves(one, now())),
    restore: (fingerprint, places, signal) =>
      inTurn(fingerprint, async () => {
        const found = await current(fingerprint);
        if (!found) return null;
        const from = placeOf(fingerprint);
        for (const part of ['workspace', 'home'] as const) await copyFolder(join(from, part), places[part], signal);
        return found;
      }),
    keep: (about, places, signal) =>
      inTurn(about.fingerprint, async () => {
        if (await current(about.fingerprint)) return;
        const scratch = join(folder, `making-${randomUUID()}`);
        await mkdir(scratch, { mode: 0o711 });
        try {
          for (const part of ['workspace', 'home'] as const)
            await copyFolder(places[part], join(scratch, part), signal);
          const made: KeptCache = { ...about, builtAt: now().toISOString(), bytes: await folderBytes(scratch) };
          await writeFile(join(scratch, 'kept.json'), JSON.stringify(made));
          await rename(scratch, placeOf(about.fingerprint));
          kept.set(about.fingerprint, made);
        } catch (error) {
          await removeFolder(scratch);
          throw error;
        }
      }),
    drop: async (fingerprints) => {
      const dropping = fingerprints.map((fingerprint) => inTurn(fingerprint, () => remove(fingerprint)));
      const failed = (await Promise.allSettled(dropping)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
}
