import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { AuthenticationAnswer, RegistrationAnswer } from '#contract/second-factor-proof.ts';

/** Bits of the authenticator data's flags (WebAuthn Level 3 §6.1). */
const flag = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 } as const;
/** COSE (RFC 9053): an EC2 key on P-256 for ES256. */
const cose = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, ec2: 2, es256: -7, p256: 1 } as const;

export interface Ceremony {
  challenge: string;
  origin?: string;
  rpId?: string;
  isUserVerified?: boolean;
  /** Null: the authenticator keeps no user handle. */
  userHandle?: string | null;
  counter?: number;
}

export interface SoftwarePasskey {
  id: string;
  register(ceremony: Ceremony): RegistrationAnswer;
  /** Counts one up each time unless told otherwise. */
  sign(ceremony: Ceremony): AuthenticationAnswer;
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();

function authenticatorData(rpId: string, flags: number, counter: number, attested = Buffer.alloc(0)): Buffer {
  const counted = Buffer.alloc(5);
  counted.writeUInt8(flags, 0);
  counted.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(rpId), counted, attested]);
}

const clientData = (type: 'webauthn.create' | 'webauthn.get', challenge: string, origin: string): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

/** An authenticator without a browser: real keys and signatures, and it does whatever a test wants, right or wrong. */
export function softwarePasskey(at: { origin: string; rpId: string }): SoftwarePasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  const publicCose = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [cose.kty, cose.ec2],
      [cose.alg, cose.es256],
      [cose.crv, cose.p256],
      [cose.x, new Uint8Array(Buffer.from(x, 'base64url'))],
      [cose.y, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]),
  );
  const flags = (isUserVerified: boolean) => flag.userPresent | (isUserVerified ? flag.userVerified : 0);
  const named = { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} };
  let used = 0;
  return {
    id,
    register({ challenge, origin = at.origin, rpId = at.rpId, isUserVerified = true, counter = 0 }) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, publicCose]);
      const authData = authenticatorData(rpId, flags(isUserVerified) | flag.attested, counter, attested);
      const attestation = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, never>>([
          ['fmt', 'none'],
          ['attStmt', new Map<string, never>()],
          ['authData', new Uint8Array(authData)],
        ]),
      );
      return {
        ...named,
        response: {
          clientDataJSON: clientData('webauthn.create', challenge, origin).toString('base64url'),
          attestationObject: Buffer.from(attestation).toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    sign({ challenge, origin = at.origin, rpId = at.rpId, isUserVerified = true, userHandle = null, counter }) {
      used = counter ?? used + 1;
      const data = authenticatorData(rpId, flags(isUserVerified), used);
      const client = clientData('webauthn.get', challenge, origin);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
      return {
        ...named,
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signature.toString('base64url'),
          ...(userHandle !== null && { userHandle: Buffer.from(userHandle).toString('base64url') }),
        },
      };
    },
  };
}
