import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

export interface IssuedPair {
  certificatePem: string;
  keyPem: string;
}

export interface TestAuthority {
  pem: string;
  /** For `localhost` and 127.0.0.1, or for other names. */
  issueServer(names?: readonly string[]): Promise<IssuedPair>;
  issueClient(name: string): Promise<IssuedPair>;
}

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const keyPem = async ({ privateKey }: webcrypto.CryptoKeyPair) =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
const serial = () => `4${webcrypto.randomUUID().replaceAll('-', '').slice(1)}`;
const life = () => ({ notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + 30 * dayMs) });

/** An authority that nobody trusts but the test. */
export async function createTestAuthority(name = 'Test authority'): Promise<TestAuthority> {
  const authorityKeys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}`,
    ...life(),
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const issue = async (subject: string, extensions: x509.Extension[]): Promise<IssuedPair> => {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: `CN=${subject}`,
      issuer: authority.subject,
      ...life(),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      extensions,
    });
    return { certificatePem: certificate.toString('pem'), keyPem: await keyPem(keys) };
  };
  return {
    pem: authority.toString('pem'),
    issueServer: (names = ['localhost', '127.0.0.1']) =>
      issue(names[0] ?? 'server', [
        new x509.SubjectAlternativeNameExtension(
          names.map((one) => ({ type: /^[\d.]+$/.test(one) ? ('ip' as const) : ('dns' as const), value: one })),
        ),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ]),
    issueClient: (clientName) =>
      issue(clientName, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]),
  };
}
