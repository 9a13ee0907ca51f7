import { access } from 'node:fs/promises';
import type { Config } from './config.ts';
import { type LiveKeys, openLiveKeys } from './crypto/live-keys.ts';
import type { Database } from './db/open-database.ts';
import { exitCodes, Refused } from './refused.ts';
import { countSealedSecrets, findUnreadableSecrets } from './sealed-columns.ts';

const whereFrom = ({ masterKey }: Pick<Config, 'masterKey'>): string => {
  if (masterKey.from === 'environment') return 'REEVE_MASTER_KEY';
  return masterKey.createIfMissing ? masterKey.path : `REEVE_MASTER_KEY_FILE (${masterKey.path})`;
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A new key would open none of the secrets that are stored already, and would look as if all were well until one is needed. */
async function refuseLostKey({ masterKey }: Config, db: Database): Promise<void> {
  if (masterKey.from !== 'file' || !masterKey.createIfMissing || (await isThere(masterKey.path))) return;
  const length = await countSealedSecrets(db);
  if (length === 0) return;
  throw new Refused(
    `The master key is missing: ${masterKey.path} does not exist, and ${length} stored secrets were sealed with it. Put the file back from your backup, or set REEVE_MASTER_KEY_FILE or REEVE_MASTER_KEY to the key.`,
    { exitCode: exitCodes.badConfig },
  );
}

/** The master keys, proven on every stored secret. @throws Refused naming where the wrong key came from */
export async function openKeys(config: Config, db: Database): Promise<LiveKeys> {
  await refuseLostKey(config, db);
  const keys = await openLiveKeys(config.masterKey).catch((cause: Error) => {
    throw new Refused(cause.message, { cause, exitCode: exitCodes.badConfig });
  });
  const { total, unreadable } = await findUnreadableSecrets(db, keys.secrets);
  const [first] = unreadable;
  if (first) {
    throw new Refused(
      `${whereFrom(config)}: this master key does not open ${unreadable.length} of ${total} stored secrets (first: ${first.context}: ${first.problem}). Use the key with which they were stored; on several machines with one database, use the same key on all.`,
      { exitCode: exitCodes.badConfig },
    );
  }
  return keys;
}
