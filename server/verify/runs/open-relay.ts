import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { ListeningPlace } from './prove-cell.ts';

/** Of our own within 127.0.0.0/8, so that it is free whatever listens on 127.0.0.1. */
const relayHost = '127.83.84.85';

export interface OpenPlace extends ListeningPlace {
  close(): Promise<void>;
}

const portOf = (origin: string): number => {
  const { port } = new URL(origin);
  return port === '' ? 443 : Number(port);
};

/**
 * A client under proof calls the public origin, with its port; the machine it runs on finds only the name elsewhere. Where Reeve listens on
 * another port, because a proxy stands before it, this stands in for the proxy: bytes go through unread.
 * @throws Error with what to do, when this process may not listen there
 */
export async function openRelay(origin: string, place: ListeningPlace): Promise<OpenPlace> {
  const port = portOf(origin);
  if (port === place.listenAddress.port) return { ...place, close: async () => undefined };
  const { host, port: target } = place.listenAddress;
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((incoming) => {
    const outgoing = connect({ host, port: target });
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
  server.listen({ host: relayHost, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Whatever listens there on every address is the proxy itself: it leads to Reeve as well.
    if (code === 'EADDRINUSE')
      return { ...place, listenAddress: { host: '127.0.0.1', port }, close: async () => undefined };
    throw new Error(
      `The client under proof has to reach ${origin} on this server, and Reeve may not listen on port ${port} (${code}). Give the process CAP_NET_BIND_SERVICE, or run \`sysctl net.ipv4.ip_unprivileged_port_start=${port}\`.`,
      { cause },
    );
  }
  return {
    ...place,
    listenAddress: { host: relayHost, port },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
