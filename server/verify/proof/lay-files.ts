import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'an unknown error';

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );

/** Whether a path is in the folder also when links are followed, as far as it exists. */
export async function staysInside(file: string, folder: string): Promise<boolean> {
  const inside = await realpath(folder);
  let highest = file;
  while (!(await isThere(highest))) highest = path.dirname(highest);
  // A link that leads nowhere has no real path; what it would make is not for a proof either.
  const real = await realpath(highest).catch(() => '/');
  return real === inside || real.startsWith(`${inside}/`);
}

/**
 * Writes a file that is not there yet, in a folder of the proof's machine and nowhere else.
 * @returns why it could not be written; null when it was
 */
export async function layNew(file: string, within: string, text: string): Promise<string | null> {
  if (!(await staysInside(file, within))) return 'A link leads out of the folders of the proof’s machine.';
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
    return null;
  } catch (error) {
    return `No file could be laid there (${codeOf(error)}).`;
  }
}
