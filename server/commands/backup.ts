import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { noteBackup } from '#server/backup/last-backup.ts';
import { type DatabaseDump, writeBackup } from '#server/backup/write-backup.ts';
import type { Config } from '#server/config.ts';
import { dumpDatabase } from '#server/db/dump-database.ts';
import { openDataFolder } from '#server/open-data-folder.ts';
import { Refused } from '#server/refused.ts';
import { openMigratedDatabase } from '#server/start.ts';
import { findRunningServer } from './control/ask-server.ts';
import { readSettings } from './open-command.ts';

/** The dump, made by the server that has the database open, else by opening it here under the lock. */
async function openDump(config: Config, opening: AsyncDisposableStack): Promise<DatabaseDump | null> {
  if (config.databaseUrl !== null) return null;
  const server = await findRunningServer(config.dataFolder);
  if (server) {
    const content = await server.download('dump-database', {});
    return { bytes: Number(content.headers['content-length']), content };
  }
  const lock = await openDataFolder(config, 'reeve backup');
  opening.defer(() => lock.release());
  const { opened } = await openMigratedDatabase(config);
  opening.defer(() => opened.close());
  const dump = opened.pglite && (await dumpDatabase(opened.pglite));
  return dump ? { bytes: dump.size, content: Readable.fromWeb(dump.stream()) } : null;
}

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

const keysText = (withKeys: boolean, { masterKey }: Config): string => {
  if (!withKeys)
    return 'It holds no keys: back up the master key and the tls folder apart from it (or use --with-keys). Without the master key, stored secrets are lost.';
  const label =
    'IT HOLDS THE PRIVATE KEYS: whoever has this file can read every stored secret. Keep it as you would keep them.';
  const isElsewhere = masterKey.from === 'environment' || !masterKey.createIfMissing;
  return isElsewhere ? `${label} The master key itself is not in it: it is outside the data folder.` : label;
};

async function backup(file: string, { withKeys = false }: { withKeys?: boolean }): Promise<void> {
  const { config } = readSettings();
  const { dataFolder, databaseUrl } = config;
  const present = await readdir(dataFolder).catch(() => []);
  if (present.length === 0) throw new Refused(`REEVE_DATA: there is nothing to back up in ${dataFolder}.`);
  await using opening = new AsyncDisposableStack();
  const dump = await openDump(config, opening);
  const manifest = await writeBackup(file, { dataFolder, withKeys, dump, now: new Date() });
  await noteBackup(dataFolder, { file: resolve(file), manifest });
  const { parts } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const database = databaseUrl === null ? 'the database and ' : '';
  process.stdout.write(
    `Wrote ${file}: ${database}${parts.length - (dump ? 1 : 0)} files, ${megabytes(bytes)}.\n${keysText(withKeys, config)}\n`,
  );
  if (databaseUrl !== null)
    process.stdout.write(
      'The database is PostgreSQL and is not in it. Back it up with: pg_dump --format=custom --file=reeve.dump "$REEVE_DATABASE_URL"\n',
    );
}

export const backupCommand = () =>
  new Command('backup')
    .description('Write a backup while the server runs, or without one')
    .argument('<file>', 'a file that does not exist yet, for example reeve-2026-11-22.tar')
    .option('--with-keys', 'include the master key and the certificate authority; keep such a file secret')
    .action(backup);
