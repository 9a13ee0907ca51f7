import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { migratedSnapshot } from './migrated-snapshot.ts';

/** Puts a migrated, empty embedded database into a data folder, so that a server which is not about its own first start need not make one. */
export async function seedDataFolder(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, 'db');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const tar = spawn('tar', ['-xf', '-', '-C', folder], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(tar, 'exit');
  await pipeline(Readable.fromWeb((await migratedSnapshot()).stream()), tar.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}
