import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { openBlobFolder } from '#server/blobs/blob-folder.ts';
import { findDamagedBlobs } from '#server/blobs/find-damaged.ts';
import type { Config } from '#server/config.ts';
import { loadMasterKeys } from '#server/crypto/master-key.ts';
import { createSecretBox } from '#server/crypto/secret-box.ts';
import { databaseRefused } from '#server/db/explain-database.ts';
import { openDatabase } from '#server/db/open-database.ts';
import { openDataFolder } from '#server/open-data-folder.ts';
import { findUnreadableSecrets } from '#server/sealed-columns.ts';
import { findRunningServer } from '../control/ask-server.ts';
import { SecretsReport, Status } from '../control/control-calls.ts';
import { DatabaseFacts, readDatabaseFacts } from './database-facts.ts';

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export interface Facts {
  /** The server on this data folder; null when none runs. */
  server: z.infer<typeof Status> | null;
  /** Null: nothing was started here yet. */
  database: DatabaseFacts | null;
  secrets: z.infer<typeof SecretsReport> | null;
  /** Why the database, or the keys, could not be looked at. */
  databaseProblem: string | null;
  keyProblem: string | null;
}

const nothing: Facts = { server: null, database: null, secrets: null, databaseProblem: null, keyProblem: null };

/** A look must not make what is missing: neither a database nor a key. */
async function openFacts(config: Config): Promise<Facts> {
  const { databaseUrl, dataFolder, masterKey } = config;
  const isNew = databaseUrl === null && !(await isThere(join(dataFolder, 'db', 'PG_VERSION')));
  if (isNew) return nothing;
  await using opening = new AsyncDisposableStack();
  if (databaseUrl === null) {
    const lock = await openDataFolder(config, 'reeve doctor');
    opening.defer(() => lock.release());
  }
  const where = { url: databaseUrl?.reveal() ?? null, dataFolder };
  const opened = await openDatabase(where);
  opening.defer(() => opened.close());
  const place = openBlobFolder(config.blobsFolder);
  const blobs = { findDamaged: (limit: number) => findDamagedBlobs(opened.db, place, limit) };
  const database = await readDatabaseFacts(opened, blobs).catch((error: unknown) => {
    throw databaseRefused(error, where);
  });
  if (database.pending.length > 0) return { ...nothing, database };
  if (masterKey.from === 'file' && !(await isThere(masterKey.path)))
    return { ...nothing, database, keyProblem: `${masterKey.path} does not exist` };
  try {
    const box = createSecretBox(await loadMasterKeys(masterKey));
    return { ...nothing, database, secrets: await findUnreadableSecrets(opened.db, box) };
  } catch (error) {
    return { ...nothing, database, keyProblem: error instanceof Error ? error.message : String(error) };
  }
}

export async function readFacts(config: Config): Promise<Facts> {
  const running = await findRunningServer(config.dataFolder);
  if (running) {
    return {
      ...nothing,
      server: await running.ask('status', {}, Status),
      database: await running.ask('database', {}, DatabaseFacts),
      secrets: await running.ask('secrets', {}, SecretsReport),
    };
  }
  return openFacts(config).catch((error: Error) => ({ ...nothing, databaseProblem: error.message }));
}
