import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isDraft } from '#server/blobs/open-blobs.ts';

/** What makes a server that server: who has it can open every secret, and clients trust it. */
const keyFolders = ['keys', 'tls'];
/**
 * The database is copied by itself, git repositories are made of it, clients come from npm again. The runner of this server has caches and
 * what containers left there, and signs in anew where it finds nothing. The rest belongs to processes and to earlier restores.
 */
const left =
  /^(db|clients|team-config-git|runner|reeve\.lock.*|control\.json|last-backup\.json|.*\.sock|restore(-.*|\.json)|replaced-.*)$/;

export const isOfInstallation = (name: string): boolean =>
  !/^(reeve\.lock.*|control\.json|last-backup\.json|.*\.sock|replaced-.*)$/.test(name);

/** Files of the data folder that belong in a backup, relative to it and with `/`. */
export async function listDataFiles(folder: string, { withKeys }: { withKeys: boolean }): Promise<string[]> {
  const top = await readdir(folder);
  const wanted = top.filter((name) => !left.test(name) && (withKeys || !keyFolders.includes(name)));
  const nested = await Promise.all(
    wanted.map(async (name) => {
      const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOTDIR') return null;
          throw error;
        },
      );
      if (entries === null) return [name];
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
    }),
  );
  return nested
    .flat()
    .filter((path) => !isDraft(path))
    .sort();
}
