import { connect, type TLSSocket } from 'node:tls';
import { type OpeningKind, writeLine } from '../link-messages.ts';

export interface RunnerAddress {
  host: string;
  port: number;
  authorityPem: string;
  serverName: string;
}

/** @throws Error when the runner is not there, or is another one */
export async function connectRunner(
  { host, port, authorityPem, serverName }: RunnerAddress,
  { secret, kind }: { secret: string; kind: OpeningKind },
): Promise<TLSSocket> {
  // The package of types does not know that either end may go on alone.
  const halfOpen = { allowHalfOpen: true };
  const trust = { ca: authorityPem, servername: serverName, minVersion: 'TLSv1.3' as const };
  const socket = connect({ host, port, ...trust, ...halfOpen });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('secureConnect', resolve);
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the runner closed the connection')));
  await promise;
  socket.off('error', reject);
  socket.on('error', () => socket.destroy());
  writeLine(socket, { secret, kind });
  return socket;
}
