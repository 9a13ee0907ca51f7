import { link, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; there the rename itself has to do.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const besides = (path: string) => `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;

/** Creates a file (0600) that is either whole or absent, also after a crash; fails with EEXIST rather than replace one. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const draft = besides(path);
  await writeDurably(draft, text);
  try {
    await link(draft, path);
  } finally {
    await unlink(draft);
  }
  await syncFolder(path);
}

/** Replaces a file (0600) in one step: a reader, or a crash, finds the old text or the new one, never a part. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = besides(path);
  await writeDurably(draft, text);
  await rename(draft, path);
  await syncFolder(path);
}
