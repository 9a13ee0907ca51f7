import { hash } from 'node:crypto';
import { CompactSign, type CryptoKey, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { z } from 'zod';

/** RFC 8032, by the name that JOSE has for it (RFC 8037). */
export const checkpointAlgorithm = 'EdDSA';
const checkpointType = 'reeve-checkpoint+jws';
const rotationType = 'reeve-key-rotation+jws';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a checkpoint says of a chain at a moment. */
export const Checkpoint = z.object({
  v: z.literal(1),
  chain: z.string(),
  /** From 1, without a gap. */
  number: z.int().min(1),
  /** Links that it covers: all up to this number. */
  size: z.int().min(0),
  root: Sha256.describe('Merkle root of the hashes of the links (RFC 9162 §2.1.1), in hexadecimal.'),
  head: Sha256.describe('Hash of the last link.'),
  at: z.iso.datetime(),
  previous: Sha256.nullable().describe('SHA-256 of the text of the checkpoint before.'),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A new key, as the former one vouches for it. */
const Rotation = z.object({
  v: z.literal(1),
  kid: z.string(),
  jwk: z.record(z.string(), z.unknown()),
  at: z.iso.datetime(),
});
export type Rotation = z.infer<typeof Rotation>;

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
}

/** A compact JWS over the claims, whose type says what it is: nothing signed for one use passes for another. */
export const sign = (claims: unknown, { kid, privateKey }: SigningKey, typ: string): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: checkpointAlgorithm, kid, typ })
    .sign(privateKey);

/** A compact JWS (RFC 7515), which any JOSE program can verify. */
export const signCheckpoint = (claims: Checkpoint, key: SigningKey): Promise<string> =>
  sign(claims, key, checkpointType);
export const signRotation = (claims: Rotation, key: SigningKey): Promise<string> => sign(claims, key, rotationType);

export const checkpointHash = (jws: string): string => hash('sha256', jws, 'hex');

/** Public keys by their id. */
export type TrustedKeys = ReadonlyMap<string, CryptoKey>;

/** A signature that none of the trusted keys made, or something that is no checkpoint. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
}

/** @throws NotSigned with the reason, as the end of a sentence */
export async function openSigned<Claims>(
  jws: string,
  keys: TrustedKeys,
  typ: string,
  schema: z.ZodType<Claims>,
): Promise<Claims> {
  let kid: string | undefined;
  try {
    kid = decodeProtectedHeader(jws).kid;
  } catch (cause) {
    throw new NotSigned('is no signed text', { cause });
  }
  const key = keys.get(kid ?? '');
  if (!key)
    throw new NotSigned(`is signed with the key ${kid ?? 'of no name'}, which is not among the public keys given`);
  const verified = await compactVerify(jws, key, { algorithms: [checkpointAlgorithm] }).catch((cause: Error) => {
    throw new NotSigned('has a signature that is not right', { cause });
  });
  if (verified.protectedHeader.typ !== typ) throw new NotSigned(`is a ${verified.protectedHeader.typ}, not a ${typ}`);
  const claims = schema.safeParse(JSON.parse(new TextDecoder().decode(verified.payload)));
  if (!claims.success) throw new NotSigned('says nothing that this version can read');
  return claims.data;
}

/** @throws NotSigned with the reason, as the end of a sentence */
export const openCheckpoint = (jws: string, keys: TrustedKeys): Promise<Checkpoint> =>
  openSigned(jws, keys, checkpointType, Checkpoint);

const importKey = async (jwk: JWK): Promise<CryptoKey> => {
  const { d: _private, ...publicJwk } = jwk;
  return (await importJWK(publicJwk, checkpointAlgorithm)) as CryptoKey;
};

export async function readKeys(jwks: readonly JWK[]): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const jwk of jwks) if (jwk.kid !== undefined) keys.set(jwk.kid, await importKey(jwk));
  return keys;
}

/** Adds the keys that a trusted one vouches for, and those that they vouch for. */
export async function followRotations(
  keys: TrustedKeys,
  rotations: readonly string[],
): Promise<Map<string, CryptoKey>> {
  const trusted = new Map(keys);
  for (const jws of rotations) {
    const rotation = await openSigned(jws, trusted, rotationType, Rotation).catch(() => null);
    if (rotation) trusted.set(rotation.kid, await importKey(rotation.jwk));
  }
  return trusted;
}
