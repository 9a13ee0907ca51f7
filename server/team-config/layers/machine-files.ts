import { readFileSync, realpathSync, statSync } from 'node:fs';
import { Refused } from '#server/refused.ts';

/** What the client asks of a file system while it reads its settings. */
export interface MachineFiles {
  /** Undefined when there is no such file. @throws Refused when it is there and cannot be read */
  read(path: string): string | undefined;
  /** @throws Refused when that cannot be told */
  kind(path: string): 'file' | 'folder' | null;
  /** Without symbolic links; the path itself where it does not exist. */
  realPath(path: string): string;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

function unreadable(path: string, cause: unknown): Refused {
  const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
  const why = code === 'EISDIR' ? 'is a folder and no file' : `cannot be read (${code})`;
  return new Refused(
    `${path} ${why}, so what is in effect is not known. Correct it, or run this as somebody who may read it.`,
    {
      cause,
    },
  );
}

/** The files of this machine, links followed. */
export const machineFiles: MachineFiles = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
  },
  kind: (path) => {
    try {
      return statSync(path).isDirectory() ? 'folder' : 'file';
    } catch (error) {
      if (isMissing(error)) return null;
      throw unreadable(path, error);
    }
  },
  realPath: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};
