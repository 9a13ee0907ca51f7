import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { LRUCache } from 'lru-cache';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
/** Longer than any attempt may run; nothing of it outlives the attempt anyway. */
const lifeMs = 8 * dayMs;
const mostHosts = 500;

/** An authority for one task. Its keys are in this process's memory only and cannot be exported. */
export interface TaskAuthority {
  pem: string;
  /** What the proxy shows as `host`, made once for each host. */
  contextFor(host: string): Promise<SecureContext>;
}

const serialNumber = () => `4${webcrypto.randomUUID().replaceAll('-', '').slice(1)}`;
const life = () => ({ notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + lifeMs) });
const newKeys = (extractable: boolean) => webcrypto.subtle.generateKey(algorithm, extractable, ['sign', 'verify']);

export async function createTaskAuthority(): Promise<TaskAuthority> {
  const keys = await newKeys(false);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // Two tasks' authorities must not be taken for each other by a client that knows both.
    name: `CN=Reeve task ${webcrypto.randomUUID()}, O=Reeve`,
    ...life(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const leafKeys = await newKeys(true);
  const leafKey = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey),
    'PRIVATE KEY',
  );
  const contexts = new LRUCache<string, Promise<SecureContext>>({ max: mostHosts });
  const issue = async (host: string): Promise<SecureContext> => {
    const isAddress = /^[\d.]+$|:/.test(host);
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      // A common name ends at 64 characters (RFC 5280); the name that counts is the alternative one.
      subject: `CN=${host.slice(0, 64)}`,
      issuer: authority.subject,
      ...life(),
      signingAlgorithm: algorithm,
      publicKey: leafKeys.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: isAddress ? 'ip' : 'dns', value: host.replace(/^\[|\]$/g, '') },
        ]),
        await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(authority),
      ],
    });
    return createSecureContext({ key: leafKey, cert: leaf.toString('pem'), minVersion: 'TLSv1.2' });
  };
  return {
    pem: `${authority.toString('pem')}\n`,
    contextFor(host) {
      const known = contexts.get(host);
      if (known) return known;
      const made = issue(host);
      contexts.set(host, made);
      made.catch(() => contexts.delete(host));
      return made;
    },
  };
}
