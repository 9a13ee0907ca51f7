import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { z } from 'zod';
import { realFolder } from '../git/real-folder.ts';
import { ThreadId } from './codex-events.ts';

/** In the archive, beside `sessions/`. */
const aboutName = 'reeve.json';
const About = z.object({ threadId: ThreadId });
const sessionName = /^sessions\/(?:[\w.-]+\/)*[\w.-]+$/;
export const mostSessionBytes = 256 * 1024 * 1024;

const isSafe = (name: string) => sessionName.test(name) && !name.split('/').includes('..');

async function* filesBelow(folder: string, name: string): AsyncGenerator<string> {
  for (const entry of await readdir(join(folder, name), { withFileTypes: true })) {
    const path = `${name}/${entry.name}`;
    // Nor is a folder looked into whose name is no text: as text, it is not there.
    if (!isSafe(path)) continue;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else if (entry.isFile()) yield path;
  }
}

/** Reads a file of a container, while none runs; no link is followed and no pipe waited for. */
async function readFileOf(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * What the client remembers of a thread, so that it goes on with it in another container.
 * @returns a tar; null when there is nothing, or more than is kept
 */
export async function packSession(home: string, threadId: string): Promise<Buffer | null> {
  const codexHome = await realFolder(home, '.codex').catch(() => null);
  if (codexHome === null || !(await realFolder(codexHome, 'sessions').catch(() => null))) return null;
  const tar = pack();
  const packed = buffer(tar);
  let bytes = 0;
  tar.entry({ name: aboutName }, JSON.stringify({ threadId }));
  for await (const name of filesBelow(codexHome, 'sessions')) {
    bytes += (await lstat(join(codexHome, name))).size;
    if (bytes > mostSessionBytes) break;
    tar.entry({ name }, await readFileOf(join(codexHome, name)));
  }
  tar.finalize();
  const result = await packed;
  return bytes > mostSessionBytes ? null : result;
}

/**
 * Puts a thread back into a new CODEX_HOME. The archive was made from what a container wrote: only plain files below `sessions/` are taken.
 * @returns the thread, when the archive has one
 */
export async function unpackSession(archive: Buffer, codexHome: string): Promise<string | null> {
  const tar = extract();
  tar.end(archive);
  let threadId: string | null = null;
  for await (const entry of tar) {
    const { name, type } = entry.header;
    if (name === aboutName) threadId = About.parse(JSON.parse(await text(entry))).threadId;
    else if (type === 'file' && isSafe(name)) {
      await mkdir(dirname(join(codexHome, name)), { recursive: true });
      await writeFile(join(codexHome, name), await buffer(entry), { mode: 0o600 });
    } else entry.resume();
  }
  return threadId;
}
