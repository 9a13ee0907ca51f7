import { record, systemActor } from './audit/index.ts';
import { formerKeysStayDays } from './background-jobs.ts';
import type { LiveKeys } from './crypto/live-keys.ts';
import { addMasterKey, dropOldMasterKeys, type MasterKeySource } from './crypto/master-key.ts';
import { rotateSigningKeys } from './identity/index.ts';
import { exitCodes, Refused } from './refused.ts';
import { isAnySealedByFormerKey, resealSecrets } from './sealed-columns.ts';
import type { Services } from './services.ts';

export interface Rotation {
  masterKey: string;
  resealed: number;
  signingKey: string;
  formerKeys: number;
  /** What is left to do, for the operator. */
  next: string;
}

type Writable = Extract<MasterKeySource, { from: 'file' }>;

async function changeFile<Result>({ path }: Writable, change: (path: string) => Promise<Result>): Promise<Result> {
  try {
    return await change(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined || code === 'ENOENT') throw cause;
    throw new Refused(
      `The key file ${path} cannot be changed (${code}). Put a new key (openssl rand -base64 32) on a line above the present one yourself, restart every server, then run this again.`,
      { cause, exitCode: exitCodes.notPermitted },
    );
  }
}

const needsNewKey = `Put a new key in front of the present one, separated by a comma (REEVE_MASTER_KEY="$(openssl rand -base64 32),<present key>"), restart every server, then run this again.`;

/** What was started and not finished goes on with the key it had added. */
async function prepareKey({ config, db, secrets }: Services, keys: LiveKeys): Promise<void> {
  const isUnderWay = await isAnySealedByFormerKey(db, secrets);
  if (isUnderWay) return;
  const { masterKey } = config;
  if (masterKey.from === 'file') {
    await changeFile(masterKey, addMasterKey);
    await keys.reload();
    return;
  }
  if (keys.ring().all.length < 2) throw new Refused(needsNewKey, { exitCode: exitCodes.badConfig });
}

function nextStep({ masterKey }: Services['config'], formerKeys: number): string {
  if (formerKeys === 0) return 'Nothing is left to do. Back up the new key; backups made before need the former one.';
  if (masterKey.from === 'environment')
    return `After ${formerKeysStayDays} days, take the former key out of REEVE_MASTER_KEY and restart every server.`;
  return `The former key stays in ${masterKey.path} for ${formerKeysStayDays} days, because clients still hold what it signed, and is then taken out by itself. If it has leaked, run this again with --drop-former: clients that run now must then be restarted. Back up the key file.`;
}

/**
 * New keys for everything: a new master key, under which every stored secret is sealed again, and a new key for the tokens of
 * clients. It can be ended at any point and started again.
 */
export async function rotateKeys(
  services: Services,
  keys: LiveKeys,
  { dropFormer }: { dropFormer: boolean },
): Promise<Rotation> {
  const { db, clock, config, secrets } = services;
  await prepareKey(services, keys);
  const resealed = await resealSecrets(db, secrets);
  const { kid } = await rotateSigningKeys(services);
  if (dropFormer && config.masterKey.from === 'file') {
    await changeFile(config.masterKey, dropOldMasterKeys);
    await keys.reload();
  }
  const masterKey = secrets.currentKeyId;
  await record(db, systemActor('reeve rotate-keys'), 'keys.rotated', { at: clock(), masterKey, resealed });
  const formerKeys = keys.ring().all.length - 1;
  return { masterKey, resealed, signingKey: kid, formerKeys, next: nextStep(config, formerKeys) };
}
