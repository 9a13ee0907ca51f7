import { hkdfSync } from 'node:crypto';
import { CompactSign, compactVerify, errors } from 'jose';
import { LRUCache } from 'lru-cache';
import type { KeyRing, MasterKey } from './key-ring.ts';

export interface Signer {
  /** A compact JWS (HS256) over the JSON of `claims`. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** The claims, or null when we did not sign this for this purpose. Check their age and subject yourself. */
  verify(text: string): Promise<Record<string, unknown> | null>;
}

/** RFC 5869; the purpose keeps a signature made for one use from counting in another, and all of them apart from the master key. */
const deriveKey = ({ bytes }: MasterKey, purpose: string) =>
  new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(0), `reeve signature: ${purpose}`, 32));

const remembered = 20_000;
const longestRemembered = 2_000;

/**
 * Signs what leaves Reeve and must come back unchanged, such as the policy revision in a client's requests. Good signatures are
 * remembered: the same text comes with every call of a client, and HS256 is deterministic. With other keys there is another signer.
 */
export function createSigner({ current, all }: KeyRing, purpose: string): Signer {
  const keys = new Map(all.map((key) => [key.id, deriveKey(key, purpose)]));
  const currentKey = deriveKey(current, purpose);
  const signed = new LRUCache<string, string>({ max: remembered });
  const verified = new LRUCache<string, string>({ max: remembered });
  const verify = async (text: string): Promise<string | null> => {
    try {
      const keyFor = ({ kid }: { kid?: string }) => {
        const key = keys.get(kid ?? '');
        if (!key) throw new errors.JWSSignatureVerificationFailed();
        return key;
      };
      const { payload } = await compactVerify(text, keyFor, { algorithms: ['HS256'] });
      return new TextDecoder().decode(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  };
  return {
    async sign(claims) {
      const payload = JSON.stringify(claims);
      const known = signed.get(payload);
      if (known !== undefined) return known;
      const text = await new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'HS256', kid: current.id })
        .sign(currentKey);
      if (payload.length <= longestRemembered) signed.set(payload, text);
      return text;
    },
    async verify(text) {
      const payload = verified.get(text) ?? (await verify(text));
      if (payload === null) return null;
      if (text.length <= longestRemembered) verified.set(text, payload);
      try {
        return JSON.parse(payload);
      } catch (error) {
        if (error instanceof SyntaxError) return null;
        throw error;
      }
    },
  };
}
