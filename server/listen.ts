import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from './config-values.ts';
import { exitCodes, Refused } from './refused.ts';

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'Another program listens there. Stop it, or choose another port, for example: REEVE_LISTEN=127.0.0.1:9443',
  EACCES: 'Ports below 1024 need a privilege. Choose a higher one, for example: REEVE_LISTEN=127.0.0.1:8443',
  EADDRNOTAVAIL: 'This machine does not have that address. Use one of its own, or 0.0.0.0 for all of them.',
  ENOTFOUND: 'The name is not known to this machine. Use an address.',
};

/** Resolves with the port, which the system chooses for port 0. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const code = cause.code ?? 'unknown';
    const text = `REEVE_LISTEN: cannot listen on ${host}:${port} (${code}). ${advice[code] ?? cause.message}`;
    reject(new Refused(text, { cause, exitCode: exitCodes.unavailable }));
  });
  server.listen({ host, port }, resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}
