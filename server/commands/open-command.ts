import type { Logger } from 'pino';
import { finishRestore } from '#server/backup/restore-journal.ts';
import { type Config, publicOrigin, readConfig, unknownVariables } from '#server/config.ts';
import type { LiveKeys } from '#server/crypto/live-keys.ts';
import type { OpenDatabase } from '#server/db/open-database.ts';
import { createLogger } from '#server/log/create-logger.ts';
import { openDataFolder } from '#server/open-data-folder.ts';
import { openKeys } from '#server/open-keys.ts';
import type { Services } from '#server/services.ts';
import { createServices, openMigratedDatabase } from '#server/start.ts';

/** Settings and log of a command. Misspelt variables are told. */
export function readSettings(): { config: Config; log: Logger } {
  const config = readConfig();
  const log = createLogger(config.log);
  for (const name of unknownVariables())
    log.warn({ name }, `${name} is not a setting of Reeve; see docs/generated/configuration.md for the right name`);
  return { config, log };
}

export interface CommandParts {
  services: Services;
  keys: LiveKeys;
  opened: OpenDatabase;
  applied: string[];
}

/**
 * Opens database and keys for a command that works without a server. The embedded database is opened under the folder's lock only:
 * two processes on it would lose data. PostgreSQL needs no lock.
 * @throws DataFolderInUse
 */
export async function withServices<Result>(
  { config, log, command }: { config: Config; log: Logger; command: string },
  run: (parts: CommandParts) => Promise<Result>,
): Promise<Result> {
  await using opening = new AsyncDisposableStack();
  if (config.databaseUrl === null) {
    const lock = await openDataFolder(config, command);
    opening.defer(() => lock.release());
    await finishRestore(config.dataFolder);
  }
  const { opened, applied } = await openMigratedDatabase(config);
  opening.defer(() => opened.close());
  const keys = await openKeys(config, opened.db);
  const origin = publicOrigin(config, config.listen.port);
  const services = createServices({ config, log }, { origin, opened, keys });
  return await run({ services, keys, opened, applied });
}
