import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { DestinationKind } from '#contract/compliance-destinations.ts';
import { ReeveError } from '#server/fail.ts';
import { refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';
import { readSyslogAddress } from './syslog-address.ts';

export const badField = (field: string, message: string): ReeveError =>
  new ReeveError('bad-input', { issues: [{ path: [field], message }] });

function refuseBadUrl(address: string): void {
  if (!URL.canParse(address)) throw badField('address', 'Write the whole address, beginning with https://.');
  refuseUnsafeUrl(new URL(address), (message) => badField('address', message));
}

/** @throws ReeveError bad-input at `address` */
export function refuseBadAddress(kind: DestinationKind, address: string): void {
  if (kind !== 'syslog') {
    refuseBadUrl(address);
    return;
  }
  try {
    readSyslogAddress(address);
  } catch (error) {
    throw badField('address', (error as Error).message);
  }
}

/** @throws ReeveError bad-input at `field` */
export function readCertificate(field: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw badField(field, 'This is not a certificate in PEM (-----BEGIN CERTIFICATE-----).');
  }
}

/** @throws ReeveError bad-input: no key, or one that belongs to another certificate */
export function refuseOtherKey(certificatePem: string, keyPem: string): void {
  const certificate = readCertificate('clientCertificatePem', certificatePem);
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    throw badField('clientKeyPem', 'This is not a private key in PEM without a passphrase.');
  }
  if (!certificate.checkPrivateKey(key)) throw badField('clientKeyPem', 'This key belongs to another certificate.');
}

/** RFC 9110 §5.1; what Reeve itself sets cannot be replaced. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const ownHeaders = new Set(['content-type', 'content-length', 'host', 'connection', 'transfer-encoding', 'user-agent']);

export function refuseBadHeader({ name, value }: { name: string; value: string }): void {
  if (!headerName.test(name) || ownHeaders.has(name.toLowerCase()))
    throw badField('header', `${name} cannot be given as a header.`);
  if (!/^[\x20-\x7e]+$/.test(value)) throw badField('header', 'The value of a header is plain ASCII in one line.');
}
