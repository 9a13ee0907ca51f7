import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which runner this is among all that use a cluster, kept in a folder of its own: machines and folders of pods have the same names. */
export async function readInstallation(folder: string): Promise<string> {
  const file = join(folder, 'kubernetes-installation');
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null && /^[0-9a-f]{16}$/.test(known)) return known;
  const made = randomBytes(8).toString('hex');
  // Whole or not at all, also where the machine stops meanwhile.
  await writeFile(`${file}.new`, made, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return made;
}
