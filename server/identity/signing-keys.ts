import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { record, systemActor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { signInLifetimes } from './sign-in-lifetimes.ts';
import { deleteSigningKeys, insertSigningKey, listSigningKeys, retireSigningKeys } from './signing-key-queries.ts';

export const signingAlgorithm = 'ES256';
/** Another process may have rotated: look again this often. Until then it signs with the old key, which is still published. */
const reloadAfterMs = 60_000;
/** A forged token with an invented key id must not cost a query each time. */
const reloadForUnknownAfterMs = 5_000;
const retiredKeysLiveMs = signInLifetimes.accessTokenSeconds * 1000 + 10 * reloadAfterMs;

export interface SigningKey {
  kid: string;
  privateJwk: JWK;
  publicKey: CryptoKey;
}

export interface SigningKeys {
  /** The key that signs first, then those that only verify. Makes the first key when there is none. */
  all(): Promise<readonly SigningKey[]>;
  find(kid: string): Promise<SigningKey | undefined>;
}

type KeyParts = Pick<Services, 'db' | 'clock' | 'secrets'>;

const sealedAt = (kid: string) => `signing_keys/${kid}/private_jwk`;

async function makeSigningKey({ clock, secrets }: Pick<Services, 'clock' | 'secrets'>, db: Database): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const tagged = { kid, alg: signingAlgorithm, use: 'sig' };
  const privateJwk = { ...(await exportJWK(privateKey)), ...tagged };
  await insertSigningKey(db, {
    kid,
    sealedPrivateJwk: await secrets.seal(JSON.stringify(privateJwk), sealedAt(kid)),
    publicJwk: { ...publicJwk, ...tagged },
    createdAt: clock(),
  });
  return kid;
}

async function loadKeys({ db, clock, secrets }: KeyParts): Promise<SigningKey[]> {
  const retiredAfter = new Date(clock().getTime() - retiredKeysLiveMs);
  let stored = await listSigningKeys(db, { retiredAfter });
  if (!stored.some(({ isRetired }) => !isRetired)) {
    await makeSigningKey({ clock, secrets }, db);
    stored = await listSigningKeys(db, { retiredAfter });
  }
  return Promise.all(
    stored.map(async ({ kid, sealedPrivateJwk }) => {
      const privateJwk = JSON.parse(await secrets.open(sealedPrivateJwk, sealedAt(kid))) as JWK;
      const { d: _private, ...publicJwk } = privateJwk;
      return { kid, privateJwk, publicKey: (await importJWK(publicJwk, signingAlgorithm)) as CryptoKey };
    }),
  );
}

/** The keys that sign access and id tokens, read from the database and remembered for a minute. */
export function openSigningKeys(services: KeyParts): SigningKeys {
  let loading: Promise<SigningKey[]> | undefined;
  let loadedAt = 0;
  const load = (ifOlderThanMs: number) => {
    const now = services.clock().getTime();
    if (loading && Math.abs(now - loadedAt) < ifOlderThanMs) return loading;
    loadedAt = now;
    loading = loadKeys(services);
    loading.catch(() => {
      loading = undefined;
    });
    return loading;
  };
  const findIn = (keys: readonly SigningKey[], kid: string) => keys.find((key) => key.kid === kid);
  return {
    all: () => load(reloadAfterMs),
    find: async (kid) => findIn(await load(reloadAfterMs), kid) ?? findIn(await load(reloadForUnknownAfterMs), kid),
  };
}

/** New tokens are signed with a new key; the old one stays published until the last token signed with it has expired. */
export async function rotateSigningKeys({ db, clock, secrets }: KeyParts): Promise<{ kid: string }> {
  const now = clock();
  return db.transaction().execute(async (tx) => {
    await deleteSigningKeys(tx, { retiredBefore: new Date(now.getTime() - retiredKeysLiveMs) });
    await retireSigningKeys(tx, now);
    const kid = await makeSigningKey({ clock, secrets }, tx);
    await record(tx, systemActor('reeve rotate-keys'), 'keys.rotated', { at: now, signingKey: kid });
    return { kid };
  });
}
