import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type SecureVersion } from 'node:tls';

export interface TlsTarget {
  host: string;
  port: number;
  /** The name that is asked for. */
  name: string;
}

export type Handshake =
  | { accepted: true; protocol: string; cipher: string; chain: { subject: string; endsAt: Date }[] }
  /** `isOurs`: this program could not even ask. */
  | { accepted: false; code: string; isOurs: boolean };

const timeoutMs = 8_000;

/** As Node and OpenSSL say that they do not offer a version themselves. */
const ourRefusals = new Set([
  'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  'ERR_SSL_NO_CIPHERS_AVAILABLE',
  'ERR_TLS_INVALID_PROTOCOL_VERSION',
]);

function chainOf(leaf: DetailedPeerCertificate): { subject: string; endsAt: Date }[] {
  const chain: DetailedPeerCertificate[] = [];
  // The last one names itself as its issuer.
  for (
    let next: DetailedPeerCertificate | undefined = leaf;
    next && !chain.includes(next);
    next = next.issuerCertificate
  )
    if (next.valid_to) chain.push(next);
  return chain.map(({ subject, valid_to }) => ({
    subject: String(subject?.CN ?? subject?.O ?? 'unnamed'),
    endsAt: new Date(valid_to),
  }));
}

/**
 * Opens a real connection that offers exactly this version of TLS, whatever certificate is there. For the old ones the ciphers are let
 * down to what such clients have, or it would be our own refusal that is measured.
 */
export async function shakeHands({ host, port, name }: TlsTarget, version: SecureVersion): Promise<Handshake> {
  const { promise, resolve } = Promise.withResolvers<Handshake>();
  const isOld = version === 'TLSv1' || version === 'TLSv1.1';
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(isIP(name) === 0 && { servername: name }),
    ...(isOld && { ciphers: 'DEFAULT:@SECLEVEL=0' }),
  });
  socket.setTimeout(timeoutMs, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
  socket.once('error', (error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message;
    resolve({ accepted: false, code, isOurs: ourRefusals.has(code) });
  });
  socket.once('secureConnect', () => {
    const protocol = socket.getProtocol() ?? 'unknown';
    const chain = chainOf(socket.getPeerCertificate(true));
    resolve({ accepted: true, protocol, cipher: socket.getCipher().name, chain });
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
