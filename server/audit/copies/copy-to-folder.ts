import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Drops a file that is whole and durable under its name, or not there at all. The folder itself has to be there: a disk that is not
 * mounted must not pass for an empty one.
 * @throws when another file has that name
 */
export async function copyToFolder(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  const path = join(folder, name);
  await mkdir(join(folder, dirname(name))).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const draft = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(draft, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Where a rename would replace a file, a link fails.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (name.endsWith('.jws') && !(await readFile(path)).equals(bytes))
      throw new Error(`${path} is there already and says something else.`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}
