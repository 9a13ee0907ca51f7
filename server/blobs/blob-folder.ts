import { randomUUID } from 'node:crypto';
import { link, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';

export interface StoredFile {
  name: string;
  bytes: number;
  changedAt: Date;
}

/** Where sealed bytes lie. Another driver of flydrive (S3) would be another implementation of this. */
export interface BlobPlace {
  /** A file is whole and durable under its name, or not there at all. @throws EEXIST when the name is taken */
  write(name: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws ENOENT while reading */
  read(name: string): Promise<AsyncIterable<Uint8Array>>;
  /** Null: there is none. */
  look(name: string): Promise<StoredFile | null>;
  remove(name: string): Promise<void>;
  /** Every file below a folder, drafts too. */
  list(folder: string): AsyncGenerator<StoredFile>;
}

/** Files that have no name yet: left over when a process ends while it writes. */
export const draftsFolder = '_drafts';

async function syncPath(path: string): Promise<void> {
  const opened = await open(path, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Not by flydrive: it leaves the bytes to the system, and tells `ABORT_ERR` where the disk is full. */
async function writeDurably(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const draft = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await draft.writeFile(chunk);
    await draft.sync();
  } finally {
    await draft.close();
  }
}

/** A new name in a folder is durable when the folder is; Windows cannot open one. */
async function syncFolders(root: string, name: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (let folder = dirname(name); ; folder = dirname(folder)) {
    await syncPath(join(root, folder));
    if (folder === '.') return;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** flydrive says which file; what the system said stands in the cause. */
const systemError = (error: unknown): unknown => (error as Error).cause ?? error;

export function openBlobFolder(root: string): BlobPlace {
  const disk = new Disk(new FSDriver({ location: root, visibility: 'private' }));
  const look = async (name: string): Promise<StoredFile | null> => {
    try {
      const { contentLength, lastModified } = await disk.getMetaData(name);
      return { name, bytes: contentLength, changedAt: lastModified };
    } catch (error) {
      if (isMissing(systemError(error))) return null;
      throw systemError(error);
    }
  };
  return {
    async write(name, content) {
      const draft = `${draftsFolder}/${randomUUID()}`;
      await mkdir(join(root, draftsFolder), { recursive: true, mode: 0o700 });
      await mkdir(join(root, dirname(name)), { recursive: true, mode: 0o700 });
      try {
        await writeDurably(join(root, draft), content);
        // Where a rename would replace a file, a link fails.
        await link(join(root, draft), join(root, name));
      } finally {
        await disk.delete(draft);
      }
      await syncFolders(root, name);
    },
    read: async (name) => disk.getStream(name),
    look,
    remove: (name) => disk.delete(name),
    async *list(folder) {
      const { objects } = await disk.listAll(folder, { recursive: true });
      for (const object of objects) {
        if (!object.isFile) continue;
        const found = await look(object.key);
        if (found) yield found;
      }
    },
  };
}
