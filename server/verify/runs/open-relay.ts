import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { proofAddress, rememberOfProof } from '#server/stock-client/proof-address.ts';
import type { ListeningPlace } from './prove-cell.ts';

export interface OpenPlace extends ListeningPlace {
  close(): Promise<void>;
}

const portOf = (origin: string): number => {
  const { port } = new URL(origin);
  return port === '' ? 443 : Number(port);
};

/** Whoever listens on every address is called on the loopback. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === 'localhost' || host === '') return '127.0.0.1';
  return host === '::' ? '::1' : host.replace(/^\[(.*)\]$/, '$1');
};

/**
 * A client under proof calls the public origin, with its port; the machine it runs on finds only the name elsewhere. This listens there and
 * passes bytes on unread, from an address that only proofs have. Where Reeve listens on another port, it stands in for the proxy before it.
 * @throws Error with what to do, when this process may not listen there
 */
export async function openRelay(origin: string, place: ListeningPlace): Promise<OpenPlace> {
  const port = portOf(origin);
  const { port: target } = place.listenAddress;
  const host = reachable(place.listenAddress.host);
  const isOwnLoopback = host.startsWith('127.');
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((incoming) => {
    // Only within 127.0.0.0/8 there is a second address to call from.
    const outgoing = connect({ host, port: target, ...(isOwnLoopback ? { localAddress: proofAddress } : {}) });
    rememberOfProof(outgoing);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.listen({ host: proofAddress, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // What listens there on every address is Reeve itself, or the proxy before it: it hears at the address of proofs, too.
    if (code === 'EADDRINUSE')
      return { ...place, listenAddress: { host: proofAddress, port }, close: async () => undefined };
    throw new Error(
      `The client under proof has to reach ${origin} on this server, and Reeve may not listen on port ${port} (${code}). Give the process CAP_NET_BIND_SERVICE, or run \`sysctl net.ipv4.ip_unprivileged_port_start=${port}\`.`,
      { cause },
    );
  }
  return {
    ...place,
    listenAddress: { host: proofAddress, port },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
