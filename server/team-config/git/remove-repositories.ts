import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Services } from '#server/services.ts';
import { listLiveBundleIds } from '../library/bundle-ids-queries.ts';

type RemovingServices = Pick<Services, 'db' | 'config'>;

/** Where repositories are made: all of it can be made again from the database. */
const gitFolder = 'team-config-git';

export const repositoriesOf = ({ dataFolder }: Services['config'], bundleId: string): string =>
  join(dataFolder, gitFolder, bundleId);

/**
 * Those of bundles that were deleted, by themselves or with their workspace: their files stay no longer on this server. Names are read
 * before the database, so that a bundle that begins meanwhile is not taken for one of them.
 */
export async function removeUnknownRepositories({ db, config }: RemovingServices): Promise<void> {
  const names = await readdir(join(config.dataFolder, gitFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const live = new Set(await listLiveBundleIds(db, names));
  const unknown = names.filter((name) => !live.has(name));
  await Promise.all(unknown.map((name) => rm(repositoriesOf(config, name), { recursive: true, force: true })));
}
