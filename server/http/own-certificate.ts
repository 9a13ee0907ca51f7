import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

export interface OwnCertificate {
  certificatePem: string;
  keyPem: string;
  expiresAt: Date;
}

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function read(variable: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(
      `${variable}: cannot read ${path} (${(cause as NodeJS.ErrnoException).code ?? String(cause)}). Check the path and that Reeve's user may read it.`,
      {
        cause,
      },
    );
  }
}

function readChain(pem: string, path: string): [X509Certificate, ...X509Certificate[]] {
  try {
    const [leaf, ...intermediates] = (pem.match(pemBlock) ?? []).map((block) => new X509Certificate(block));
    if (leaf) return [leaf, ...intermediates];
  } catch (cause) {
    throw new Error(`REEVE_TLS_CERT: ${path} holds a certificate that cannot be read. Export it again as PEM.`, {
      cause,
    });
  }
  throw new Error(`REEVE_TLS_CERT: ${path} holds no PEM certificate (-----BEGIN CERTIFICATE-----).`);
}

function readKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const advice = pem.includes('ENCRYPTED')
      ? `It has a passphrase; remove it with: openssl pkey -in ${path} -out plain.key`
      : 'It must be a PEM private key.';
    throw new Error(`REEVE_TLS_KEY: ${path} cannot be used. ${advice}`, { cause });
  }
}

/**
 * Reads and checks the configured certificate: it and its key belong together, it is in force at `now`, it covers `host` (the host of
 * REEVE_URL), and the certificates after it lead on from it.
 * @throws Error that names the variable, the problem and the way out
 */
export async function readOwnCertificate(
  { certificateFile, keyFile }: { certificateFile: string; keyFile: string },
  { host, now }: { host: string; now: Date },
): Promise<OwnCertificate> {
  const certificatePem = await read('REEVE_TLS_CERT', certificateFile);
  const keyPem = await read('REEVE_TLS_KEY', keyFile);
  const chain = readChain(certificatePem, certificateFile);
  const [leaf] = chain;
  const refuse = (problem: string) => {
    throw new Error(`REEVE_TLS_CERT: ${certificateFile} ${problem}`);
  };
  if (!leaf.checkPrivateKey(readKey(keyPem, keyFile))) {
    refuse(
      `does not belong to the key in ${keyFile} (REEVE_TLS_KEY). The server's own certificate must come first in the file.`,
    );
  }
  const expiresAt = new Date(leaf.validTo);
  if (expiresAt <= now) refuse(`expired on ${expiresAt.toISOString()}. Install a renewed one.`);
  if (new Date(leaf.validFrom) > now)
    refuse(`is not valid before ${new Date(leaf.validFrom).toISOString()}. Check the clock of this machine.`);
  const covers = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
  if (!covers)
    refuse(
      `does not cover ${host}, the host of REEVE_URL; it covers ${leaf.subjectAltName ?? leaf.subject}. Set REEVE_URL to match, or install another.`,
    );
  const stray = chain.findIndex((certificate, index) => index > 0 && !chain[index - 1]?.checkIssued(certificate));
  if (stray > 0)
    refuse(
      `is out of order: certificate ${stray + 1} did not issue certificate ${stray}. Put the server's first, then each one's issuer.`,
    );
  return { certificatePem, keyPem, expiresAt };
}
