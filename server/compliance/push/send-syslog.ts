import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { AddressRefused, guardedLookup, isRefusedAddress } from '#server/http/guarded-fetch.ts';
import type { ComplianceRecord } from './compliance-record.ts';
import { networkProblem } from './delivery-failed.ts';
import { octetCounted, syslogMessage } from './syslog-message.ts';

const timeoutMs = 15_000;
/** A receiver that does not close its side still has the bytes: it is not waited for longer. */
const closeWithinMs = 3_000;

export interface SyslogPlace {
  host: string;
  port: number;
  authorityPem: string | null;
  clientCertificatePem: string | null;
  clientKeyPem: string | null;
}

async function open(place: SyslogPlace, signal: AbortSignal): Promise<TLSSocket> {
  const { host, port, authorityPem, clientCertificatePem, clientKeyPem } = place;
  if (isIP(host) !== 0 && isRefusedAddress(host))
    throw new AddressRefused(`${host} is not an address that Reeve calls.`);
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    lookup: guardedLookup,
    ...(isIP(host) === 0 && { servername: host }),
    ...(authorityPem !== null && { ca: authorityPem }),
    ...(clientCertificatePem !== null && clientKeyPem !== null && { cert: clientCertificatePem, key: clientKeyPem }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
  return socket;
}

/**
 * Syslog answers nothing. What is known is that the other side took every byte and closed in order: a connection that broke counts as not
 * delivered, and everything in it is sent again. With TLS 1.3 a refused client certificate shows only here.
 */
async function writeAll(socket: TLSSocket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject).on('close', () => resolve());
  signal.addEventListener('abort', () => socket.destroy(signal.reason as Error), { once: true });
  socket.resume().end(bytes, () => {
    setTimeout(resolve, closeWithinMs).unref();
  });
  try {
    await closed;
  } finally {
    socket.destroy();
  }
}

/** Sends records in their order over one connection. @throws DeliveryFailed */
export async function sendSyslog(
  place: SyslogPlace,
  records: readonly ComplianceRecord[],
  { hostname, signal }: { hostname: string; signal?: AbortSignal },
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const frames = Buffer.concat(records.map((record) => octetCounted(syslogMessage(record, hostname))));
  try {
    await writeAll(await open(place, either), frames, either);
  } catch (error) {
    throw networkProblem(error);
  }
}
