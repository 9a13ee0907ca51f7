import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A folder of a client machine. Names are relative to it; parents are made when something is written. */
export interface Folder {
  readonly path: string;
  file(name: string): string;
  exists(name: string): boolean;
  read(name: string): Promise<string>;
  /** Undefined when there is no such file. */
  readIfPresent(name: string): Promise<string | undefined>;
  write(name: string, contents: string | Uint8Array, options?: { mode?: number }): Promise<void>;
  remove(name: string): Promise<void>;
  list(name?: string): Promise<string[]>;
}

export function openFolder(root: string): Folder {
  const file = (name: string) => path.join(root, name);
  return {
    path: root,
    file,
    exists: (name) => existsSync(file(name)),
    read: (name) => readFile(file(name), 'utf8'),
    readIfPresent: async (name) => (existsSync(file(name)) ? readFile(file(name), 'utf8') : undefined),
    write: async (name, contents, { mode } = {}) => {
      await mkdir(path.dirname(file(name)), { recursive: true });
      await writeFile(file(name), contents);
      if (mode !== undefined) await chmod(file(name), mode);
    },
    remove: (name) => rm(file(name), { recursive: true, force: true }),
    list: async (name = '.') => (await readdir(file(name))).sort(),
  };
}
