import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '#server/config.ts';
import { programName } from '#server/config.ts';
import { replaceFile } from '#server/private-file.ts';
import { exitCodes, Refused } from '#server/refused.ts';

const Marker = z.object({
  /** Filling was begun and not ended: what is there is thrown away at the next start. */
  state: z.enum(['filling', 'ready']),
  email: z.string(),
  password: z.string(),
});
export type DemoMarker = z.infer<typeof Marker>;

const markerPath = (folder: string) => join(folder, 'example-organisation.json');

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

export async function readMarker(folder: string): Promise<DemoMarker | null> {
  const text = await readFile(markerPath(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  return text === null ? null : Marker.parse(JSON.parse(text));
}

export async function writeMarker(folder: string, marker: DemoMarker): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(markerPath(folder), `${JSON.stringify(marker, null, 2)}\n`);
}

export const newPassword = (): string => `example ${randomBytes(9).toString('base64url')}`;

/** The settings of the example: a folder of its own beside the real one, and never a database that others may use. */
export function demoConfig(config: Config): Config {
  if (config.databaseUrl !== null) {
    throw new Refused(
      'The example organisation uses the embedded database only, so that it never comes near a real one. Unset REEVE_DATABASE_URL for --demo.',
      { exitCode: exitCodes.badConfig },
    );
  }
  const dataFolder = `${config.dataFolder}-demo`;
  const { masterKey } = config;
  const ownKey =
    masterKey.from === 'file' && masterKey.createIfMissing
      ? { ...masterKey, path: join(dataFolder, 'keys', 'master.key') }
      : masterKey;
  return { ...config, dataFolder, masterKey: ownKey, isExample: true };
}

/** @throws Refused when the folder holds something that is not the example */
export async function refuseForeignFolder(folder: string): Promise<void> {
  if ((await readMarker(folder)) !== null || !(await exists(join(folder, 'db')))) return;
  throw new Refused(
    `${folder} holds an organisation that is not the example. Move it, or set REEVE_DATA to another name: the example goes to that name with “-demo” behind it.`,
    { exitCode: exitCodes.cannotCreate },
  );
}

/** @throws Refused when somebody is about to use the example as if it were real */
export async function refuseExampleFolder(config: Config): Promise<void> {
  if (config.isExample || (await readMarker(config.dataFolder)) === null) return;
  throw new Refused(
    `${config.dataFolder} holds the example organisation, with invented people. Start it with: ${programName()} -- --demo (without setting REEVE_DATA to it), or choose another folder.`,
    { exitCode: exitCodes.badConfig },
  );
}

/** What an interrupted first start left. Certificates and keys stay: machines may trust them already. */
export async function dropHalfFilled(folder: string): Promise<void> {
  await rm(join(folder, 'db'), { recursive: true, force: true });
  await rm(join(folder, 'blobs'), { recursive: true, force: true });
}
