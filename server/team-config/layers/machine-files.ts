import { readFileSync, realpathSync, statSync } from 'node:fs';

/** What the client asks of a file system while it reads its settings. */
export interface MachineFiles {
  /** Undefined when there is no such file. @throws Error when it is there and cannot be read */
  read(path: string): string | undefined;
  kind(path: string): 'file' | 'folder' | null;
  /** Without symbolic links; the path itself where it does not exist. */
  realPath(path: string): string;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** The files of this machine, links followed. */
export const machineFiles: MachineFiles = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  kind: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return null;
    return found.isDirectory() ? 'folder' : 'file';
  },
  realPath: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};
