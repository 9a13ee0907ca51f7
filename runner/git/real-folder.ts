import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder of a container turned into something else, e.g. a link out of it. */
export class NotAFolder extends Error {
  override name = 'NotAFolder';
}

/**
 * The path of `relative` below `root`, when every part of it is a folder and no link. To be asked before the runner touches what a
 * container could write, while none runs.
 * @throws NotAFolder
 */
export async function realFolder(root: string, relative: string): Promise<string> {
  let at = root;
  for (const part of relative.split('/').filter((name) => name !== '' && name !== '.')) {
    if (part === '..') throw new NotAFolder(`${relative} leaves its place.`);
    at = join(at, part);
    const stat = await lstat(at).catch(() => null);
    if (!stat?.isDirectory()) throw new NotAFolder(`${relative} is no folder any more.`);
  }
  return at;
}

/**
 * Removes pipes (and devices, if there were any) below a folder. git reads files by their name, such as `.gitignore`, and would wait for
 * ever for somebody to write into one that is a pipe. Nobody misses a pipe whose programs have ended.
 */
export async function removePipes(folder: string, signal?: AbortSignal): Promise<void> {
  const kinds = ['(', '-type', 'p', '-o', '-type', 'b', '-o', '-type', 'c', ')'];
  const options = signal === undefined ? {} : { signal };
  await run('find', ['-P', folder, ...kinds, '-delete'], options).catch(() => signal?.throwIfAborted());
}
