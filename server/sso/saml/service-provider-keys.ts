import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { z } from 'zod';

const dayMs = 86_400_000;
const lifeMs = 3 * 365 * dayMs;
/** Identity providers that read our metadata do so within days; those that do not need somebody to load it. */
const announceBeforeMs = 90 * dayMs;
const changeBeforeMs = 30 * dayMs;
/** Several identity providers cannot verify anything but RSA, and encrypting an assertion needs it. */
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

const KeyPair = z.object({ certificatePem: z.string(), privateKeyPem: z.string(), expiresAt: z.iso.datetime() });
export type KeyPair = z.infer<typeof KeyPair>;

/** Our key pairs for one connection, the text that is sealed. `next` is published before it is used; `former` still decrypts. */
export const ServiceProviderKeys = z.object({
  current: KeyPair,
  next: KeyPair.nullable(),
  former: KeyPair.nullable(),
});
export type ServiceProviderKeys = z.infer<typeof ServiceProviderKeys>;

async function createKeyPair(connectionId: string, now: Date): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const expiresAt = new Date(now.getTime() + lifeMs);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `4${webcrypto.randomUUID().replaceAll('-', '').slice(1)}`,
    name: `CN=Reeve ${connectionId}`,
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: expiresAt,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
    ],
  });
  return {
    certificatePem: certificate.toString('pem'),
    privateKeyPem: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    expiresAt: expiresAt.toISOString(),
  };
}

export const createServiceProviderKeys = async (connectionId: string, now: Date): Promise<ServiceProviderKeys> => ({
  current: await createKeyPair(connectionId, now),
  next: null,
  former: null,
});

/** The next stage of the rollover, or null while nothing is due: a new certificate is published 60 days before it takes over. */
export async function rollOver(
  keys: ServiceProviderKeys,
  connectionId: string,
  now: Date,
): Promise<ServiceProviderKeys | null> {
  const leftMs = new Date(keys.current.expiresAt).getTime() - now.getTime();
  if (keys.next && leftMs <= changeBeforeMs) return { current: keys.next, next: null, former: keys.current };
  if (!keys.next && leftMs <= announceBeforeMs) return { ...keys, next: await createKeyPair(connectionId, now) };
  return null;
}

export const allPairs = ({ current, next, former }: ServiceProviderKeys): KeyPair[] =>
  [current, next, former].filter((pair) => pair !== null);
