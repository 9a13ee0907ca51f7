import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName as AsnGeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { replaceFile, writeNewFile } from '#server/private-file.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
const authorityLifeMs = 3650 * dayMs;
const leafLifeMs = 90 * dayMs;
/** Clients whose clock is a little behind must accept a fresh certificate. */
const clockSkewMs = dayMs;

export interface IssuedCertificate {
  /** The leaf alone; the authority is trusted by the clients and is not sent. */
  certificatePem: string;
  keyPem: string;
  expiresAt: Date;
}

export interface LocalAuthority {
  certificatePem: string;
  expiresAt: Date;
  issue(names: readonly string[], now: Date): Promise<IssuedCertificate>;
}

export interface AuthorityFiles {
  folder: string;
  /** File name without ending: `ca` gives ca.pem and ca.key. */
  name: string;
  /** Who it is in a trust store's list. */
  title: string;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const paths = ({ folder, name }: AuthorityFiles) => ({
  certificate: join(folder, `${name}.pem`),
  key: join(folder, `${name}.key`),
});

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** 127 random bits: positive, and never reused (CA/Browser Forum asks for at least 64). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

const subtree = (name: string) =>
  new GeneralSubtree({
    base:
      isIP(name) === 0
        ? new AsnGeneralName({ dNSName: name })
        : new AsnGeneralName({ iPAddress: `${name}/${isIP(name) === 4 ? 32 : 128}` }),
  });

/** RFC 5280 §4.2.1.10: if the authority's key is ever stolen, it can stand in for these names and for no other site. */
function onlyFor(names: readonly string[]): x509.Extension {
  // An authority with no permitted address would still be free to sign for any address: the two kinds are constrained apart.
  const permitted = names.map(subtree);
  const hasAddress = names.some((name) => isIP(name) !== 0);
  const everyAddress = ['0.0.0.0/0', '::/0'].map(
    (range) => new GeneralSubtree({ base: new AsnGeneralName({ iPAddress: range }) }),
  );
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted),
    ...(hasAddress ? {} : { excludedSubtrees: new GeneralSubtrees(everyAddress) }),
  });
  return new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

async function createAuthority(files: AuthorityFiles, names: readonly string[], now: Date): Promise<void> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${files.title} ${now.toISOString().slice(0, 10)}, O=Reeve`,
    notBefore: new Date(now.getTime() - clockSkewMs),
    notAfter: new Date(now.getTime() + authorityLifeMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      onlyFor(names),
    ],
  });
  const path = paths(files);
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  // The key goes first: a crash in between leaves a key without a certificate, which the next start replaces.
  await replaceFile(path.key, await pemOfKey(keys.privateKey));
  await writeNewFile(path.certificate, `${certificate.toString('pem')}\n`);
}

/** A certificate carries its names in a constraint; one that lacks a name cannot sign for it, however much it is trusted. */
function coversNames(certificate: x509.X509Certificate, names: readonly string[]): boolean {
  const extension = certificate.getExtension(id_ce_nameConstraints);
  if (!extension) return true;
  const { permittedSubtrees } = AsnConvert.parse(extension.value, NameConstraints);
  const permitted = new Set([...(permittedSubtrees ?? [])].map(({ base }) => base.dNSName ?? base.iPAddress));
  return names.every((name) => permitted.has(name) || permitted.has(subtree(name).base.iPAddress ?? ''));
}

async function readAuthority(
  files: AuthorityFiles,
): Promise<{ certificate: x509.X509Certificate; key: webcrypto.CryptoKey } | null> {
  const path = paths(files);
  let certificatePem: string;
  try {
    certificatePem = await readFile(path.certificate, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const pkcs8 = x509.PemConverter.decodeFirst(await readFile(path.key, 'utf8'));
    const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
    const certificate = new x509.X509Certificate(certificatePem);
    return { certificate, key };
  } catch (cause) {
    throw new Error(
      `the local certificate authority in ${files.folder} cannot be read (${path.certificate}, ${path.key}). Restore both files from a backup, or move them away: Reeve makes a new authority, and clients must join again.`,
      { cause },
    );
  }
}

/** Puts an authority aside that cannot sign for the present names, or has run out. */
async function retire(files: AuthorityFiles, now: Date): Promise<void> {
  const suffix = now.toISOString().replaceAll(/[:.]/g, '-');
  for (const path of Object.values(paths(files))) await rename(path, `${path}.${suffix}`);
}

/**
 * Opens the authority in `files`, or makes one that can sign for `names` only. An authority that lacks one of the names (REEVE_URL
 * changed) or has expired is put aside and replaced; clients then have to trust the new one, and `onReplaced` hears why.
 */
export async function openAuthority(
  files: AuthorityFiles,
  { names, now, onReplaced }: { names: readonly string[]; now: Date; onReplaced: (why: string) => void },
): Promise<LocalAuthority> {
  const existing = await readAuthority(files);
  const why = !existing
    ? null
    : existing.certificate.notAfter <= now
      ? 'it has expired'
      : coversNames(existing.certificate, names)
        ? null
        : `it may not sign for ${names.join(', ')}`;
  if (existing && !why) return authorityOf(existing);
  if (why) {
    await retire(files, now);
    onReplaced(why);
  }
  await createAuthority(files, names, now);
  const made = await readAuthority(files);
  if (!made)
    throw new Error(
      `the certificate authority just made in ${files.folder} is gone; is another process using this folder?`,
    );
  return authorityOf(made);
}

function authorityOf({
  certificate,
  key,
}: {
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}): LocalAuthority {
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    expiresAt: certificate.notAfter,
    async issue(names, now) {
      const keys = await generateKeys();
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${names[0] ?? 'reeve'}`,
        issuer: certificate.subject,
        notBefore: new Date(now.getTime() - clockSkewMs),
        notAfter: new Date(Math.min(now.getTime() + leafLifeMs, certificate.notAfter.getTime())),
        signingKey: key,
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(
            names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
          ),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(certificate),
        ],
      });
      const certificatePem = `${leaf.toString('pem')}\n`;
      return {
        certificatePem,
        keyPem: await pemOfKey(keys.privateKey),
        expiresAt: new Date(new NodeCertificate(certificatePem).validTo),
      };
    },
  };
}
