import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { checkpointAlgorithm, type SigningKey, signRotation } from './chain/checkpoint.ts';
import { insertKey, listKeys, lockCheckpoints, retireKey } from './checkpoint-queries.ts';
import { record, systemActor } from './record.ts';

type KeyServices = Pick<Services, 'clock' | 'secrets'>;

const sealedAt = (kid: string) => `audit_keys/${kid}/private_jwk`;

interface NewKey {
  kid: string;
  privateJwk: JWK;
  publicJwk: JWK;
}

async function generateKey(): Promise<NewKey> {
  const pair = await generateKeyPair(checkpointAlgorithm, { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  // RFC 7638: whoever has the key can say its name.
  const kid = await calculateJwkThumbprint(publicJwk);
  const named = { kid, alg: checkpointAlgorithm, use: 'sig' };
  return {
    kid,
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...named },
    publicJwk: { ...publicJwk, ...named },
  };
}

async function storeKey(
  tx: Database,
  { clock, secrets }: KeyServices,
  { kid, privateJwk, publicJwk }: NewKey,
  rotation: string | null,
): Promise<void> {
  const sealedPrivateJwk = await secrets.seal(JSON.stringify(privateJwk), sealedAt(kid));
  await insertKey(tx, { kid, sealedPrivateJwk, publicJwk, rotation, createdAt: clock() });
}

async function openKey({ secrets }: KeyServices, kid: string, sealed: string): Promise<SigningKey> {
  const jwk = JSON.parse(await secrets.open(sealed, sealedAt(kid))) as JWK;
  return { kid, privateKey: (await importJWK(jwk, checkpointAlgorithm)) as CryptoKey };
}

/** The key that signs, which the first checkpoint makes. Under `lockCheckpoints`. */
export async function currentKey(tx: Database, services: KeyServices): Promise<SigningKey> {
  const present = (await listKeys(tx)).findLast(({ retired_at }) => retired_at === null);
  if (present) return openKey(services, present.kid, present.sealed_private_jwk);
  const made = await generateKey();
  await storeKey(tx, services, made, null);
  return { kid: made.kid, privateKey: (await importJWK(made.privateJwk, checkpointAlgorithm)) as CryptoKey };
}

/** Every public key there ever was, and how each new one was vouched for by the one before. */
export async function publicKeys(db: Database): Promise<{ keys: JWK[]; rotations: string[] }> {
  const rows = await listKeys(db);
  return {
    keys: rows.map(({ public_jwk }) => public_jwk as JWK),
    rotations: rows.flatMap(({ rotation }) => rotation ?? []),
  };
}

/** A new key signs from now on. The former one vouches for it, and stays known for what it signed. */
export async function rotateAuditKey(
  services: KeyServices & Pick<Services, 'db'>,
): Promise<{ kid: string; former: string }> {
  const at = services.clock();
  return services.db.transaction().execute(async (tx) => {
    await lockCheckpoints(tx);
    const former = await currentKey(tx, services);
    const made = await generateKey();
    const claims = { v: 1 as const, kid: made.kid, jwk: { ...made.publicJwk }, at: at.toISOString() };
    await retireKey(tx, former.kid, at);
    await storeKey(tx, services, made, await signRotation(claims, former));
    await record(tx, systemActor('reeve audit rotate-key'), 'audit.key-rotated', {
      at,
      before: { key: former.kid },
      after: { key: made.kid },
    });
    return { kid: made.kid, former: former.kid };
  });
}
