import { hkdfSync } from 'node:crypto';
import { CompactSign, compactVerify, errors } from 'jose';
import type { KeyRing, MasterKey } from './key-ring.ts';

export interface Signer {
  /** A compact JWS (HS256) over the JSON of `claims`. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** The claims, or null when we did not sign this for this purpose. Check their age and subject yourself. */
  verify(signed: string): Promise<Record<string, unknown> | null>;
}

/** RFC 5869; the purpose keeps a signature made for one use from counting in another, and all of them apart from the master key. */
const deriveKey = ({ bytes }: MasterKey, purpose: string) =>
  new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(0), `reeve signature: ${purpose}`, 32));

/** Signs what leaves Reeve and must come back unchanged, such as the policy revision in a client's requests. */
export function createSigner({ current, all }: KeyRing, purpose: string): Signer {
  const keys = new Map(all.map((key) => [key.id, deriveKey(key, purpose)]));
  const currentKey = deriveKey(current, purpose);
  return {
    sign: (claims) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'HS256', kid: current.id })
        .sign(currentKey),
    async verify(signed) {
      try {
        const keyFor = ({ kid }: { kid?: string }) => {
          const key = keys.get(kid ?? '');
          if (!key) throw new errors.JWSSignatureVerificationFailed();
          return key;
        };
        const { payload } = await compactVerify(signed, keyFor, { algorithms: ['HS256'] });
        return JSON.parse(new TextDecoder().decode(payload));
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof SyntaxError) return null;
        throw error;
      }
    },
  };
}
